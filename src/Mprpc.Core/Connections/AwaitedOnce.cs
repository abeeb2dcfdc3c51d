using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace Mprpc.Connections;

/// <summary>The state of a pooled <see cref="IValueTaskSource"/>: one awaiter, one completion, one reading of the result for each version.</summary>
/// <remarks>
/// Unlike ManualResetValueTaskSourceCore it holds whatever the application does: one word has the version and the state, each step is a compare-and-exchange of
/// that word or belongs to the thread that made the last one, and a token whose step is not the next throws and changes nothing; if it is an awaiter's, when
/// that goes on (<see cref="RefusedAwaiter"/>). No version comes twice: the object of the last one is not used again, so that a token is refused for ever once
/// its result was read. A mutable struct, for a field that is never copied.
/// </remarks>
internal struct AwaitedOnce
{
    private const int Pending = 0;
    private const int Registering = 1;      // one thread writes the continuation
    private const int Awaited = 2;
    private const int Completed = 3;
    private const int StateMask = 3;
    private const int VersionShift = 2;
    private const int VersionStep = 1 << VersionShift;
    private const int LastVersion = ushort.MaxValue;

    private const string AwaitedTwice
        = "The ValueTask of a call was awaited twice: another awaiter waits for it already. "
            + "Await it once; for several awaiters, call AsTask() once and keep the Task.";

    private int _word;                          // version, state
    private Action<object?>? _continuation;     // null: the state is a Continuation
    private object? _continuationState;

    /// <summary>The token of the present use.</summary>
    public readonly short Version => (short)(_word >> VersionShift);

    /// <exception cref="InvalidOperationException">The token is that of an earlier use.</exception>
    public readonly bool IsCompleted(short token)
    {
        int word = Volatile.Read(in _word);

        if (word >> VersionShift != (ushort)token)
        {
            ThrowMisuse(word, token);
        }

        return (word & StateMask) == Completed;
    }

    /// <summary>
    /// Keeps an awaiter's continuation. Throws nothing: an awaiter that has no right to the result goes on at once, and is told when it asks.
    /// </summary>
    /// <param name="source">Whose state this is.</param>
    /// <param name="continuation">What to call.</param>
    /// <param name="state">What to call it with.</param>
    /// <param name="token">The awaiter's.</param>
    /// <param name="flags">How it wants to go on.</param>
    /// <param name="failures">Is told what it throws.</param>
    public void OnCompleted(
        object source, Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags, ICallbackFailures? failures)
    {
        Continuation? captured = Continuation.Capture(continuation, state, flags, failures);
        int pending = (ushort)token << VersionShift;

        int word = Interlocked.CompareExchange(ref _word, pending | Registering, pending);

        if (word == pending)
        {
            _continuation = captured is null ? continuation : null;
            _continuationState = captured ?? state;
            Volatile.Write(ref _word, pending | Awaited);
            return;
        }

        if (word == (pending | Completed))
        {
            (captured ?? new Continuation(continuation, state, failures)).Schedule();
        }
        else
        {
            new RefusedAwaiter(source, token, continuation, state).Schedule(flags, failures);
        }
    }

    /// <summary>
    /// The result may be read, and whoever awaits it goes on. Throws nothing that the awaiter's code throws. For the one who completes this use.
    /// </summary>
    public void Complete(bool onThisThread, ICallbackFailures? failures)
    {
        SpinWait spin = default;

        while (true)
        {
            int word = Volatile.Read(in _word);

            switch (word & StateMask)
            {
                case Pending:
                    if (Interlocked.CompareExchange(ref _word, word | Completed, word) == word)
                    {
                        return;
                    }

                    break;
                case Registering:
                    spin.SpinOnce(sleep1Threshold: -1);     // for the few instructions until the continuation is written
                    break;
                case Awaited:
                    // Taken out first: from the next write on the object may be another call's.
                    (Action<object?>? continuation, object? state) = (_continuation, _continuationState);
                    _continuation = null;
                    _continuationState = null;
                    Volatile.Write(ref _word, word | Completed);
                    Continuation.Run(continuation, state, onThisThread, failures);
                    return;
                default:
                    Debug.Fail("A call is completed by whoever has taken it from its place, once.");
                    return;
            }
        }
    }

    /// <summary>Takes the right to read the result: once, by one thread.</summary>
    /// <param name="source">Whose state this is.</param>
    /// <param name="token">The reader's.</param>
    /// <returns>Whether there is a further version; else the object must not be used again.</returns>
    /// <exception cref="InvalidOperationException">The result is not there yet, or was read before.</exception>
    public bool Consume(object source, short token)
    {
        if (RefusedAwaiter.TryRefuse(source, token))
        {
            throw new InvalidOperationException(AwaitedTwice);
        }

        int completed = ((ushort)token << VersionShift) | Completed;
        int word = Interlocked.CompareExchange(ref _word, (completed & ~StateMask) + VersionStep, completed);

        if (word != completed)
        {
            ThrowMisuse(word, token);
        }

        return (ushort)token != LastVersion;
    }

    private static void ThrowMisuse(int word, short token)
    {
        string mistake = word >> VersionShift != (ushort)token
            ? "The ValueTask of a call was awaited twice, or its result asked for twice: the result was read before. "
                + "Await it once; for several awaiters, call AsTask() once and keep the Task."
            : (word & StateMask) is Pending
                ? "The result of a call was asked for before it completed. Await the ValueTask, or call AsTask() once and wait for the Task."
                : AwaitedTwice;

        throw new InvalidOperationException(mistake);
    }
}
