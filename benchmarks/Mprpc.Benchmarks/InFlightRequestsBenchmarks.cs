using BenchmarkDotNet.Attributes;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Benchmarks;

/// <summary>What a call costs the client between its request and its answer: a place, a number, the way back to it, and to the caller.</summary>
[MemoryDiagnoser]
public class InFlightRequestsBenchmarks
{
    private readonly InFlightRequests _requests = new(TimeProvider.System);
    private readonly byte[] _answer = [0xc0, 3];    // error nil, result 3

    /// <summary>Other calls that wait meanwhile.</summary>
    [Params(0, 1000)]
    public int Others { get; set; }

    [GlobalSetup]
    public void AddOthers()
    {
        for (int i = 0; i < Others; i++)
        {
            _requests.TryAdd(PendingCall<int>.Rent("sum", Timeout.InfiniteTimeSpan));
        }
    }

    [Benchmark(Baseline = true)]
    public ValueTask<int> Call() => Complete(Timeout.InfiniteTimeSpan);

    [Benchmark]
    public ValueTask<int> CallWithTimeout() => Complete(TimeSpan.FromMinutes(1));

    private ValueTask<int> Complete(TimeSpan timeout)
    {
        PendingCall<int> call = PendingCall<int>.Rent("sum", timeout);
        ValueTask<int> result = call.Task;
        _requests.TryAdd(call);

        PendingCall taken = _requests.Take(call.MessageId)!;
        var reader = new MprpcReader(_answer, position: 0, count: 2, MprpcSerializerOptions.Default, loop: null);
        taken.ReadAnswer(ref reader);
        taken.Complete(onThisThread: true);
        return result;
    }
}
