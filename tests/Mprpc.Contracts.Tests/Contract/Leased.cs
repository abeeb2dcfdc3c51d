using System.Runtime.CompilerServices;

namespace Mprpc.Contracts.Tests.Contract;

internal sealed class Leased(Lease lease, LeaseLog log) : ILeased
{
    public async IAsyncEnumerable<int> CountAsync(int count, [EnumeratorCancellation] CancellationToken stop)
    {
        try
        {
            for (int i = 0; i < count; i++)
            {
                if (i % 3 == 2)
                {
                    await Task.Delay(1, stop);
                }

                yield return lease.IsOver ? -1 : i;
            }
        }
        finally
        {
            await Task.Yield();
            log.Add("ended");
        }
    }

    public async IAsyncEnumerable<int> BreakAsync()
    {
        try
        {
            await Task.Yield();
            yield return lease.IsOver ? -1 : 0;
            throw new MprpcException("Broken.", "broken");
        }
        finally
        {
            log.Add("ended");
        }
    }

    public async Task<int> SumAsync(IAsyncEnumerable<int> numbers)
    {
        int sum = 0;

        try
        {
            await foreach (int number in numbers)
            {
                sum += lease.IsOver ? -1 : number;
            }
        }
        finally
        {
            log.Add("ended");
        }

        return sum;
    }

    public Stream Read(int size) => new LeasedStream(size, log);
}
