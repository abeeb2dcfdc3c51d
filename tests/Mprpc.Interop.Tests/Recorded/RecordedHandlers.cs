namespace Mprpc.Interop.Tests.Recorded;

/// <summary>What a client serves in a recorded conversation.</summary>
public sealed class RecordedHandlers
{
    public int Show(int x) => x;

    public void Fail(string message) => throw new MprpcException(message);

    public void FailInside() => throw new InvalidOperationException("Not meant for the caller.");

    public async Task<int> LaterAsync(int x, CancellationToken cancellationToken)
    {
        await Task.Delay(1, cancellationToken);
        return x;
    }
}
