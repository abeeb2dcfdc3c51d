using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Mprpc.Core.Tests.Streams;

/// <summary>Streams of every kind; counts the generators that are not disposed.</summary>
[SuppressMessage("Performance", "CA1822", Justification = "What a service publishes are instance methods.")]
internal sealed class StreamService
{
    private int _open;

    /// <summary>How many streams are being made.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>What a method has read, or thrown, that reads a stream.</summary>
    public TaskCompletionSource<Exception?> Read { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Sum(int x, int y) => x + y;

    public async IAsyncEnumerable<int> Count(int n)
    {
        Interlocked.Increment(ref _open);

        try
        {
            await Task.CompletedTask;

            for (int i = 0; i < n; i++)
            {
                yield return i;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    public async IAsyncEnumerable<int> Drip(int n, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _open);

        try
        {
            for (int i = 0; i < n; i++)
            {
                if (i > 0)
                {
                    await Task.Delay(1, cancellationToken);
                }

                yield return i;
            }

            await Task.Delay(n == 0 ? Timeout.Infinite : 0, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>Yields each item, and does not care for cancellation between them.</summary>
    public async IAsyncEnumerable<int> Spin()
    {
        Interlocked.Increment(ref _open);

        try
        {
            for (int i = 0; ; i++)
            {
                await Task.Yield();
                yield return i;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    public async IAsyncEnumerable<byte[]> Blobs(int count, int size)
    {
        Interlocked.Increment(ref _open);

        try
        {
            await Task.CompletedTask;

            for (int i = 0; i < count; i++)
            {
                yield return new byte[size];
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    public async Task<long> Total(IAsyncEnumerable<int> values)
    {
        long total = 0;

        try
        {
            await foreach (int value in values)
            {
                total += value;
            }
        }
        catch (Exception exception)
        {
            Read.TrySetResult(exception);
            throw;
        }

        Read.TrySetResult(null);
        return total;
    }

    public async Task<long> Bytes(IAsyncEnumerable<byte[]> values)
    {
        long total = 0;

        await foreach (byte[] value in values)
        {
            total += value.Length;
        }

        return total;
    }

    public async Task<int> First(IAsyncEnumerable<int> values)
    {
        await using IAsyncEnumerator<int> items = values.GetAsyncEnumerator();
        await items.MoveNextAsync();
        return items.Current;
    }

    public async IAsyncEnumerable<int> Pipe(IAsyncEnumerable<int> values)
    {
        Interlocked.Increment(ref _open);

        try
        {
            await foreach (int value in values)
            {
                yield return value * 2;
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>Takes a stream, and never reads it.</summary>
    public Task Hoard(IAsyncEnumerable<int> values, CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

    /// <summary>Begins to read a stream, and leaves its enumerator as it is.</summary>
    public async Task<int> Leak(IAsyncEnumerable<int> values)
    {
        IAsyncEnumerator<int> items = values.GetAsyncEnumerator();
        await items.MoveNextAsync();
        return items.Current;
    }
}
