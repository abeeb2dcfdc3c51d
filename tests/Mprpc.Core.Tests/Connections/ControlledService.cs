using System.Diagnostics.CodeAnalysis;

namespace Mprpc.Core.Tests.Connections;

/// <summary>Methods that wait for their token, or do not care for it.</summary>
[SuppressMessage("Performance", "CA1822", Justification = "What a service publishes are instance methods.")]
internal sealed class ControlledService
{
    private int _begun;
    private int _cancellations;
    private int _running;
    private int _mostRunning;

    /// <summary>Completes when a method has begun.</summary>
    public TaskCompletionSource Entered { get; private set; } = New();

    /// <summary>Completes when a token has fired.</summary>
    public TaskCompletionSource Cancelled { get; } = New();

    /// <summary>What <see cref="StubbornAsync"/> waits for.</summary>
    public TaskCompletionSource Released { get; } = New();

    /// <summary>What callbacks that block wait for.</summary>
    public TaskCompletionSource Gate { get; } = New();

    public int Begun => Volatile.Read(ref _begun);

    public int Cancellations => Volatile.Read(ref _cancellations);

    public int MostRunning => Volatile.Read(ref _mostRunning);

    public CancellationToken Token { get; private set; }

    public MprpcCallContext? Context { get; private set; }

    public int Sum(int x, int y) => x + y;

    public int Count() => Interlocked.Increment(ref _begun);

    public async Task<int> WaitAsync(CancellationToken token)
    {
        TaskCompletionSource end = New();
        using CancellationTokenRegistration registration = Enter(end, token);

        try
        {
            await end.Task;
            return 0;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    public int Block(CancellationToken token)
    {
        // Not by the token's own handle, which is signalled before the callbacks run: the method would end, and take back its own.
        TaskCompletionSource end = New();
        using CancellationTokenRegistration registration = Enter(end, token);
        Assert.True(((IAsyncResult)end.Task).AsyncWaitHandle.WaitOne(InMemoryConnection.Deadline));
        Interlocked.Decrement(ref _running);
        token.ThrowIfCancellationRequested();
        return 0;
    }

    public int Hold(CancellationToken token)
    {
        using CancellationTokenRegistration registration = Enter(null, token);
        Assert.True(Gate.Task.Wait(InMemoryConnection.Deadline, CancellationToken.None));
        Interlocked.Decrement(ref _running);
        return 7;
    }

    /// <summary>What the token of the last <see cref="Remember"/> keeps.</summary>
    public WeakReference Mark { get; private set; } = new(null);

    public int Remember(CancellationToken token)
    {
        object mark = new();
        Mark = new WeakReference(mark);
        token.UnsafeRegister(static _ => { }, mark);
        return 7;
    }

    /// <summary>Blocks, and takes no token.</summary>
    public int HoldPlain()
    {
        Enter(null, CancellationToken.None);
        Assert.True(Gate.Task.Wait(InMemoryConnection.Deadline, CancellationToken.None));
        Interlocked.Decrement(ref _running);
        return 7;
    }

    public async Task<int> StubbornAsync(CancellationToken token)
    {
        using CancellationTokenRegistration registration = Enter(null, token);
        await Released.Task;
        Interlocked.Decrement(ref _running);
        return 7;
    }

    /// <summary>Takes no token.</summary>
    public async Task<int> PlainAsync()
    {
        Enter(null, CancellationToken.None);
        await Released.Task;
        Interlocked.Decrement(ref _running);
        return 7;
    }

    /// <summary>A call of <see cref="ThrowOnCancelAsync"/> has registered its callback, which before would run, and throw, within the method.</summary>
    public TaskCompletionSource Registered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<int> ThrowOnCancelAsync(CancellationToken token)
    {
        TaskCompletionSource end = New();
        using CancellationTokenRegistration registration = Enter(end, token);
        using CancellationTokenRegistration thrown = token.Register(static () => throw new InvalidOperationException("Of a callback."));
        Registered.TrySetResult();
        await end.Task;
        return 0;
    }

    public async Task<int> BlockOnCancelAsync(CancellationToken token)
    {
        TaskCompletionSource end = New();
        using CancellationTokenRegistration registration = Enter(end, token);
        using CancellationTokenRegistration blocks = token.Register(() => Assert.True(Gate.Task.Wait(InMemoryConnection.Deadline, CancellationToken.None)));
        await end.Task;
        return 0;
    }

    public int Keep(MprpcCallContext context, CancellationToken token)
    {
        Context = context;
        Token = token;
        return context.Metadata.Count;
    }

    public byte[] Large(int bytes) => new byte[bytes];

    public void Fail() => throw new MprpcException("boom", "the_code", 5);

    public void EnterAgain() => Entered = New();

    private CancellationTokenRegistration Enter(TaskCompletionSource? end, CancellationToken token)
    {
        Token = token;
        Interlocked.Increment(ref _begun);
        int running = Interlocked.Increment(ref _running);

        for (int most = MostRunning; running > most; most = MostRunning)
        {
            Interlocked.CompareExchange(ref _mostRunning, running, most);
        }

        CancellationTokenRegistration registration = token.Register(() =>
        {
            Interlocked.Increment(ref _cancellations);
            Cancelled.TrySetResult();
            end?.TrySetCanceled(token);
        });
        Entered.TrySetResult();
        return registration;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
