using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;
using MessagePack;
using Mprpc.CompilerServices;

namespace Mprpc.Connections;

/// <summary>A request that waits for a result of type <typeparamref name="T"/>; pooled, so that a call allocates nothing.</summary>
/// <remarks>
/// It goes back to the cache when its result has been read, which one thread can do once, and only after it has completed, and so has left its slot: an object
/// in the cache is in no slot and has no token that is still good (<see cref="AwaitedOnce"/>). A ValueTask that is misused throws and changes no other call.
/// </remarks>
internal sealed class PendingCall<T> : PendingCall, IValueTaskSource<T>, IValueTaskSource
{
    private const int MaxCached = 256;

    // Two stacks: the thread's own, which needs no lock, and for what one thread rents and another returns, none: the garbage collector takes those.
    [ThreadStatic]
    private static PendingCall<T>? s_cached;

    private AwaitedOnce _awaited;
    private PendingCall<T>? _nextCached;
    private int _cachedCount;       // this one and those below it
    private T _result = default!;
    private Exception? _error;

    private PendingCall()
    {
    }

    public ValueTask<T> Task => new(this, _awaited.Version);

    public ValueTask TaskWithoutResult => new(this, _awaited.Version);

    public static PendingCall<T> Rent(string method, TimeSpan timeout)
    {
        PendingCall<T>? call = s_cached;

        if (call is null)
        {
            call = new PendingCall<T>();
        }
        else
        {
            s_cached = call._nextCached;
        }

        call.Prepare(method, timeout);
        return call;
    }

    public override void SetError(Exception exception) => _error = exception;

    public override void Complete(bool onThisThread) => _awaited.Complete(onThisThread, InFlight);

    T IValueTaskSource<T>.GetResult(short token)
    {
        bool isReusable = _awaited.Consume(this, token);
        T result = _result;
        Exception? error = _error;
        _result = default!;
        _error = null;

        // After an error whoever failed the call may still hold it: it is not used again.
        if (Unwatch() && isReusable && error is null)
        {
            Return();
        }

        if (error is not null)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        return result;
    }

    void IValueTaskSource.GetResult(short token) => ((IValueTaskSource<T>)this).GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token)
        => RefusedAwaiter.IsCurrent(this, token) ? ValueTaskSourceStatus.Faulted
            : !_awaited.IsCompleted(token) ? ValueTaskSourceStatus.Pending
            : _error is null ? ValueTaskSourceStatus.Succeeded
            : _error is OperationCanceledException ? ValueTaskSourceStatus.Canceled
            : ValueTaskSourceStatus.Faulted;

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => ((IValueTaskSource<T>)this).GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _awaited.OnCompleted(this, continuation, state, token, flags, InFlight);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _awaited.OnCompleted(this, continuation, state, token, flags, InFlight);

    protected override void ReadResult(ref MprpcReader reader)
    {
        T result = reader.Read<T>();

        if (reader.Failed)
        {
            _error = new MessagePackSerializationException(
                $"The result of '{Method}' cannot be read as {reader.Expected}. Ask for the type that the peer sends, or for MprpcRaw to see what came.",
                reader.Exception);
            return;
        }

        _result = result;
    }

    private void Return()
    {
        PendingCall<T>? next = s_cached;
        int count = next is null ? 1 : next._cachedCount + 1;

        if (count > MaxCached)
        {
            return;
        }

        _nextCached = next;
        _cachedCount = count;
        s_cached = this;
    }
}
