using System.Threading.Tasks.Sources;

namespace Mprpc.Connections;

/// <summary>An awaiter that has come too late: another awaits the call already. It goes on at once, and what it asks for throws.</summary>
/// <remarks>
/// OnCompleted must not throw: out of an await that is an unhandled exception, which ends the process. Both awaiters have the same token, so that the thread
/// knows which one is going on: whatever happens to the call meanwhile, its result is not for this one.
/// </remarks>
internal sealed class RefusedAwaiter(object source, short token, Action<object?> continuation, object? state)
{
    private static int s_running;

    [ThreadStatic]
    private static RefusedAwaiter? s_current;

    private bool _isTold;

    /// <summary>Lets the awaiter go on, where and with what state it wanted.</summary>
    public void Schedule(ValueTaskSourceOnCompletedFlags flags, ICallbackFailures? failures)
    {
        Action<object?> goOn = static refused => ((RefusedAwaiter)refused!).GoOn();
        (Continuation.Capture(goOn, this, flags, failures) ?? new Continuation(goOn, this, failures)).Schedule();
    }

    /// <summary>
    /// Whether this thread runs such an awaiter of this use. Costs a field's load as long as no thread runs one; a thread that does has written the field
    /// itself.
    /// </summary>
    public static bool IsCurrent(object source, short token) => s_running != 0 && s_current is { } current && current.Is(source, token);

    /// <summary>
    /// The same, for what refuses it: only once. Whoever waits for the awaiter may go on inside it, and may complete the call there, for the first awaiter.
    /// </summary>
    public static bool TryRefuse(object source, short token) => IsCurrent(source, token) && (s_current!._isTold = true);

    private bool Is(object other, short version) => !_isTold && ReferenceEquals(source, other) && token == version;

    private void GoOn()
    {
        RefusedAwaiter? before = s_current;
        Interlocked.Increment(ref s_running);
        s_current = this;

        try
        {
            continuation(state);
        }
        finally
        {
            s_current = before;
            Interlocked.Decrement(ref s_running);
        }
    }
}
