namespace Mprpc.Fuzz.Targets;

/// <summary>Streams that end by themselves, and methods that read one whole, in part, or not at all.</summary>
internal sealed class StreamingService
{
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(1);

    [MprpcMethod("sum")]
    public int Sum(int x, int y) => unchecked(x + y);

    [MprpcMethod("wait")]
    public Task WaitAsync() => Task.Delay(s_short);

    [MprpcMethod("count")]
    public async IAsyncEnumerable<int> Count(byte n)
    {
        for (int i = 0; i < n; i++)
        {
            if (i % 7 == 3)
            {
                await Task.Yield();
            }

            yield return i;
        }
    }

    [MprpcMethod("pipe")]
    public async IAsyncEnumerable<MprpcRaw> Pipe(IAsyncEnumerable<MprpcRaw> values)
    {
        await foreach (MprpcRaw value in values.ConfigureAwait(false))
        {
            yield return value;
        }
    }

    [MprpcMethod("total")]
    public async Task<int> Total(IAsyncEnumerable<int> values)
    {
        int total = 0;

        await foreach (int value in values.ConfigureAwait(false))
        {
            total = unchecked(total + value);
        }

        return total;
    }

    [MprpcMethod("first")]
    public async Task<int> First(IAsyncEnumerable<int> values, IAsyncEnumerable<int> others)
    {
        await foreach (int value in values.ConfigureAwait(false))
        {
            return value;
        }

        return 0;
    }

    [MprpcMethod("unread")]
    public Task Unread(IAsyncEnumerable<int> values) => Task.Delay(s_short);
}
