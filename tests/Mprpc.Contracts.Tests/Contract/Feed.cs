using System.Globalization;
using System.Runtime.CompilerServices;

namespace Mprpc.Contracts.Tests.Contract;

internal sealed class Feed(FeedLog log, FeedScope scope) : IFeed
{
    public async IAsyncEnumerable<int> CountAsync(int count, [EnumeratorCancellation] CancellationToken stop)
    {
        log.Call();

        for (int i = 0; i < count; i++)
        {
            stop.ThrowIfCancellationRequested();

            if (i % 100 == 99)
            {
                await Task.Yield();
            }

            yield return i;
        }
    }

    public async IAsyncEnumerable<int> TakeJobsAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Task.Yield();
            log.Make();
            yield return i;
        }
    }

    public IAsyncEnumerable<int> FewAsync(int count) => CountAsync(count, CancellationToken.None);

    public async IAsyncEnumerable<int> FailAsync(int after)
    {
        for (int i = 0; i < after; i++)
        {
            await Task.Yield();
            yield return i;
        }

        throw new MprpcException("Broken in the middle.", "broken");
    }

    public async IAsyncEnumerable<int> ForeverAsync([EnumeratorCancellation] CancellationToken stop)
    {
        log.Call();

        try
        {
            for (int i = 0; i < 3; i++)
            {
                yield return i;
            }

            await Task.Delay(Timeout.Infinite, stop);
        }
        finally
        {
            log.Disposed.TrySetResult();
        }
    }

    public IAsyncEnumerable<int> NothingAsync() => null!;

    public async IAsyncEnumerable<bool> ScopeAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return scope.IsOpen && !log.ScopeEnded.Task.IsCompleted;
        }
    }

    public async Task<int> SumAsync(IAsyncEnumerable<int> numbers, CancellationToken stop)
    {
        log.Call();
        int sum = 0;

        try
        {
            await foreach (int number in numbers.WithCancellation(stop))
            {
                sum += number;
            }
        }
        finally
        {
            log.Disposed.TrySetResult();
        }

        return sum;
    }

    public async ValueTask<string> JoinAsync(string separator, IAsyncEnumerable<string?>? parts, int times)
    {
        List<string?> all = [];

        await foreach (string? part in parts!)
        {
            all.AddRange(Enumerable.Repeat(part ?? "-", times));
        }

        return string.Join(separator, all);
    }

    public async Task StoreAsync(IAsyncEnumerable<Gauge> gauges)
    {
        await foreach (Gauge gauge in gauges)
        {
            log.Stored.Enqueue(gauge);
        }
    }

    public async ValueTask StoreSettingsAsync(IAsyncEnumerable<Settings> settings)
    {
        await foreach (Settings one in settings)
        {
            log.Stored.Enqueue(one);
        }
    }

    public async Task<int> FirstAsync(IAsyncEnumerable<int> numbers)
    {
        await foreach (int number in numbers)
        {
            return number;
        }

        return -1;
    }

    public Task<bool> HasNumbersAsync(IAsyncEnumerable<int>? numbers) => Task.FromResult(numbers is not null);

    public async Task<string> TwiceAsync(IAsyncEnumerable<int> numbers)
    {
        await SumAsync(numbers, CancellationToken.None);

        try
        {
            return (await SumAsync(numbers, CancellationToken.None)).ToString(CultureInfo.InvariantCulture);
        }
        catch (InvalidOperationException exception)
        {
            return exception.Message;
        }
    }

    public async IAsyncEnumerable<Gauge> ScaleAsync(
        IAsyncEnumerable<Gauge> gauges, double factor, [EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (Gauge gauge in gauges.WithCancellation(stop))
        {
            yield return gauge with { Value = gauge.Value * factor };
        }
    }

    public async IAsyncEnumerable<string> MergeAsync(IAsyncEnumerable<string> first, int between, IAsyncEnumerable<string> second)
    {
        await foreach (string text in first)
        {
            yield return text;
        }

        yield return $"{between}";

        await foreach (string text in second)
        {
            yield return text;
        }
    }
}
