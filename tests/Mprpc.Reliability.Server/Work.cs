using System.Diagnostics.CodeAnalysis;

namespace Mprpc.Reliability.Server;

/// <summary>Methods that behave, and methods that do not.</summary>
public sealed class Work(CountingLog log)
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private int _mostRunning;
    private int _notified;

    public int Sum(int x, int y) => x + y;

    public MprpcRaw Echo(MprpcRaw value) => value;

    public byte[] Bytes(int length) => new byte[length];

    public async Task<byte[]> BytesLaterAsync(int length)
    {
        await Task.Yield();
        return new byte[length];
    }

    public async Task<int> LaterAsync(int value)
    {
        await Task.Yield();
        return value;
    }

    public void Notify(int value) => Interlocked.Add(ref _notified, value);

    /// <summary>Runs until its connection is lost.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);

        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>Runs as long as it likes.</summary>
    public async Task<int> StubbornAsync(int milliseconds)
    {
        Interlocked.Increment(ref _running);

        try
        {
            await Task.Delay(milliseconds, CancellationToken.None);
            return milliseconds;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>As <see cref="StubbornAsync"/>, of a method that has a token and does not care for it.</summary>
    [SuppressMessage("Reliability", "CA2016:Forward the CancellationToken", Justification = "It does not care for it.")]
    public async Task<int> DeafAsync(int milliseconds, CancellationToken cancellationToken)
    {
        int running = Interlocked.Increment(ref _running);

        for (int most; running > (most = Volatile.Read(ref _mostRunning));)
        {
            Interlocked.CompareExchange(ref _mostRunning, running, most);
        }

        try
        {
            await Task.Delay(milliseconds, CancellationToken.None);
            return milliseconds;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>Runs until <see cref="Release"/>, whatever becomes of its connection.</summary>
    public async Task HoldAsync()
    {
        Interlocked.Increment(ref _running);

        try
        {
            await _released.Task;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    public void Release() => _released.TrySetResult();

    public int Block(int milliseconds)
    {
        using var never = new ManualResetEventSlim();
        never.Wait(milliseconds);
        return milliseconds;
    }

    public int ThrowAtOnce() => throw new InvalidOperationException("secret");

    public async Task<int> ThrowLaterAsync()
    {
        await Task.Yield();
        throw new InvalidOperationException("secret");
    }

    public Task<int> NullTask() => null!;

    public Task<int> CancelItself() => Task.FromCanceled<int>(new CancellationToken(canceled: true));

    public async Task<int> CancelLaterAsync()
    {
        await Task.Yield();
        throw new OperationCanceledException();
    }

    public Unwritable Unwritable() => new();

    public async Task<Unwritable> UnwritableLaterAsync()
    {
        await Task.Yield();
        return new Unwritable();
    }

    public int Unreadable(Unwritable value) => value.Number;

    [FaultyFilter(FilterFault.ThrowsAtOnce)]
    public int FilterThrowsAtOnce() => 1;

    [FaultyFilter(FilterFault.ThrowsLater)]
    public int FilterThrowsLater() => 1;

    [FaultyFilter(FilterFault.ThrowsBehindTheMethod)]
    public int FilterThrowsBehindTheMethod() => 1;

    [FaultyFilter(FilterFault.CancelsItself)]
    public int FilterCancelsItself() => 1;

    [FaultyFilter(FilterFault.AnswersNothing)]
    public int FilterAnswersNothing() => 1;

    [FaultyFilter(FilterFault.AnswersAnotherType)]
    public int FilterAnswersAnotherType() => 1;

    [MprpcFilter<UnmakeableFilter>]
    public int FilterCannotBeMade() => 1;

    [FaultyFilter(FilterFault.RunsTheMethodTwice)]
    public int FilterRunsTheMethodTwice() => 1;

    public int Running() => Volatile.Read(ref _running);

    /// <summary>How many calls of <see cref="DeafAsync"/> have run at once.</summary>
    public int MostRunning() => Volatile.Read(ref _mostRunning);

    public int Notified() => Volatile.Read(ref _notified);

    /// <summary>Lines that Mprpc has logged at Information or above.</summary>
    public int Lines() => log.Lines(LogLevel.Information);

    public string LogSummary() => log.Summary;

    /// <summary>What is alive: not what other threads have allocated since the collection, which is mostly garbage already.</summary>
    public long Heap()
    {
        GC.Collect();
        GCMemoryInfo collection = GC.GetGCMemoryInfo(GCKind.FullBlocking);
        return collection.HeapSizeBytes - collection.FragmentedBytes;
    }
}
