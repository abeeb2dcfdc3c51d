using System.Collections.Concurrent;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Dispatch;

/// <summary>A call whose method has returned a task that is not complete; answers when it is. Pooled, so that it costs no task and no closure.</summary>
/// <remarks>
/// Not used again is the object of a call that a source of the application's completes: that may call back once more, when the object would serve another call.
/// </remarks>
internal sealed class AwaitedCall<TReturned, TReturn, TResult> : RunningCall
    where TReturned : struct, IReturned<TReturned, TReturn, TResult>
{
    private const int MaxPooled = 256;

    private static readonly ConcurrentQueue<AwaitedCall<TReturned, TReturn, TResult>> s_pool = new();

    private static int s_made;

    private readonly Action _onCompleted;
    private readonly bool _isPooled;
    private IncomingCall _call;
    private CallAnswers? _answers;
    private CallContext? _context;
    private TReturned _returned;
    private int _hasEnded;

    private AwaitedCall(bool mayPool)
    {
        _onCompleted = OnCompleted;
        _isPooled = mayPool && Volatile.Read(ref s_made) < MaxPooled && Interlocked.Increment(ref s_made) <= MaxPooled;
    }

    public override RunningCalls Calls => _call.Connection.RunningCalls;

    /// <summary>Begins to wait for what a method has returned.</summary>
    /// <exception cref="Exception">What the method has returned cannot be waited for; the call has not begun.</exception>
    public static void Start(in IncomingCall incoming, ServedMethod method, CallAnswers answers, CallContext? context, TReturned returned)
    {
        bool mayPool = returned.CallsBackOnce;

        if (!mayPool || !s_pool.TryDequeue(out AwaitedCall<TReturned, TReturn, TResult>? call))
        {
            call = new AwaitedCall<TReturned, TReturn, TResult>(mayPool);
        }

        call._call = incoming;
        call._answers = answers;
        call._context = context;
        call._returned = returned;
        call._hasEnded = 0;
        call.Method = method;
        call.Begin();
        incoming.Control?.Enlist();

        try
        {
            returned.UnsafeOnCompleted(call._onCompleted);
        }
        catch when (Interlocked.Exchange(ref call._hasEnded, 1) == 0)
        {
            // Not used again: a source that throws may call back all the same.
            call.End();
            throw;
        }
    }

    private void OnCompleted()
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) != 0)
        {
            return;
        }

        IncomingCall call = _call;
        CallContext? context = _context;
        ServedMethod method = Method!;
        CallAnswers answers = _answers!;
        TReturned returned = _returned;

        try
        {
            TResult result = returned.GetResult();

            if (call.MessageId is { } id)
            {
                MprpcWriter answer = answers.Writer.WriteAside(call.Connection, method, id, result, out string? refusal);

                if (call.TryTakeAnswer())
                {
                    answers.Measure(call, method, refusal, onLoop: false);
                    call.Connection.Answer(call, onLoop: false, answer);
                }
                else
                {
                    MprpcWriter.Return(answer);
                }
            }
            else if (call.TryTakeAnswer())
            {
                answers.Measure(call, method, status: null, onLoop: false);
            }
        }
        catch (Exception exception)
        {
            answers.AnswerThrown(call, method, exception, onLoop: false);
        }

        if (context is { HasToRelease: true })
        {
            _ = ReleaseAsync(context);
            return;
        }

        EndAndReturn();
    }

    private async Task ReleaseAsync(CallContext context)
    {
        await context.ReleaseAsync().ConfigureAwait(false);
        EndAndReturn();
    }

    private void EndAndReturn()
    {
        _call.Control?.End();
        End();
        _call = default;
        _context = null;
        _returned = default;
        Method = null;
        _answers = null;

        if (_isPooled)
        {
            s_pool.Enqueue(this);
        }
    }
}
