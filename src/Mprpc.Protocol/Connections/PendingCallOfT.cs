using System.Threading.Tasks.Sources;
using MessagePack;

namespace Mprpc.Connections;

/// <summary>A request that waits for a result of type <typeparamref name="T"/>; pooled, so that a call allocates nothing.</summary>
internal sealed class PendingCall<T> : PendingCall, IValueTaskSource<T>, IValueTaskSource
{
    private const int MostCached = 256;

    // Two stacks: the thread's own, which needs no lock, and for what one thread rents and another returns, none: the garbage collector takes those.
    [ThreadStatic]
    private static PendingCall<T>? s_cached;

    [ThreadStatic]
    private static int s_cachedCount;

    private ManualResetValueTaskSourceCore<T> _core;
    private PendingCall<T>? _nextCached;
    private T _result = default!;
    private Exception? _error;

    private PendingCall()
    {
    }

    public ValueTask<T> Task => new(this, _core.Version);

    public ValueTask TaskWithoutResult => new(this, _core.Version);

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
            s_cachedCount--;
        }

        call.Prepare(method, timeout);
        return call;
    }

    public override void ReadResult(ref MprpcReader reader)
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

    public override void SetError(Exception exception) => _error = exception;

    public override void Complete(bool onThisThread)
    {
        _core.RunContinuationsAsynchronously = !onThisThread;

        if (_error is null)
        {
            _core.SetResult(_result);
        }
        else
        {
            _core.SetException(_error);
        }
    }

    T IValueTaskSource<T>.GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Return();
        }
    }

    void IValueTaskSource.GetResult(short token) => ((IValueTaskSource<T>)this).GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _core.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _core.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _core.OnCompleted(continuation, state, token, flags);

    private void Return()
    {
        _core.Reset();
        _result = default!;
        bool hadError = _error is not null;
        _error = null;

        // After an error whoever failed the call may still hold it: it is not used again.
        if (!Unwatch() || hadError || s_cachedCount == MostCached)
        {
            return;
        }

        _nextCached = s_cached;
        s_cached = this;
        s_cachedCount++;
    }
}
