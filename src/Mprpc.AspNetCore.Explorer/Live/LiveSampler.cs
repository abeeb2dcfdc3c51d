using Mprpc.AspNetCore.Hosting;

namespace Mprpc.AspNetCore.Explorer.Live;

/// <summary>Makes a snapshot a second. Safe for concurrent use.</summary>
internal sealed class LiveSampler : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CallStatistics _statistics;
    private readonly RpcServer _server;
    private readonly CancellationToken _draining;
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private long _last;
    private TaskCompletionSource<byte[]> _next = NewNext();

    public LiveSampler(CallStatistics statistics, RpcServer server, TimeProvider clock, CancellationToken draining)
    {
        _statistics = statistics;
        _server = server;
        _draining = draining;
        _clock = clock;
        _last = clock.GetTimestamp();
        First = Make(Interval.TotalSeconds);
        _timer = clock.CreateTimer(static sampler => ((LiveSampler)sampler!).OnTick(), this, Interval, Interval);
    }

    /// <summary>The last one that was made.</summary>
    public Task<byte[]> First { get; private set; }

    /// <summary>The one that will be made next.</summary>
    public Task<byte[]> Next => Volatile.Read(ref _next).Task;

    public void Dispose()
    {
        _timer.Dispose();
        _statistics.Dispose();
    }

    private void OnTick()
    {
        long now = _clock.GetTimestamp();
        double seconds = Math.Max(_clock.GetElapsedTime(_last, now).TotalSeconds, 0.001);
        _last = now;
        First = Make(seconds);
        Interlocked.Exchange(ref _next, NewNext()).SetFromTask(First);
    }

    /// <summary>Fails as its task does: on a timer's thread an exception would end the process. Who watches is told, and asks again.</summary>
    private Task<byte[]> Make(double seconds)
    {
        try
        {
            return Task.FromResult(Snapshot.Write(_server, _draining.IsCancellationRequested, _statistics, seconds));
        }
        catch (Exception exception)
        {
            return Task.FromException<byte[]>(exception);
        }
    }

    private static TaskCompletionSource<byte[]> NewNext() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
