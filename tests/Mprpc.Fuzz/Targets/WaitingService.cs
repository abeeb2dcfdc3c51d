namespace Mprpc.Fuzz.Targets;

/// <summary>Methods that end at once, later, and when they are cancelled; none waits for long.</summary>
internal sealed class WaitingService
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(1);

    [MprpcMethod("sum")]
    public int Sum(int x, int y) => unchecked(x + y);

    [MprpcMethod("wait")]
    public async Task WaitAsync(CancellationToken cancellationToken)
        => await Task.Delay(s_short, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    [MprpcMethod("late")]
    public async Task<int> LateAsync(int value)
    {
        await Task.Yield();
        return value;
    }

    [MprpcMethod("hold_on")]
    public async Task<int> HoldOnAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(s_short, CancellationToken.None).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return 1;
    }

    [MprpcMethod("context")]
    public int Context(MprpcCallContext context) => context.Metadata.Count + (context.Deadline is null ? 0 : 1) + (context.TimeLeft > TimeSpan.Zero ? 1 : 0);
}
