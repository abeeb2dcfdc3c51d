namespace Mprpc.Conformance.Client;

/// <summary>What a client feeds to a call; says when it is disposed.</summary>
/// <param name="items">Its items, which are there at once.</param>
/// <param name="isEndless">Whether it goes on behind them, until it is cancelled.</param>
internal sealed class FedSource(IReadOnlyList<int> items, bool isEndless) : IAsyncEnumerable<int>
{
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Disposed => _disposed.Task;

    public async IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken)
    {
        try
        {
            foreach (int item in items)
            {
                yield return item;
            }

            if (isEndless)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
        }
        finally
        {
            _disposed.TrySetResult();
        }
    }
}
