using System.Collections.Concurrent;
using Mprpc.Connections;

namespace Mprpc.Dispatch;

/// <summary>A call whose method has not ended yet; answers when it has. Pooled, so that it costs no task and no closure.</summary>
internal sealed class RunningCall<TReturned, TReturn, TResult> : ReusedCall
    where TReturned : struct, IReturned<TReturned, TReturn, TResult>
{
    private const int MostPooled = 256;

    private static readonly ConcurrentQueue<RunningCall<TReturned, TReturn, TResult>> Pool = new();

    private static int s_made;

    private readonly Action _onCompleted;
    private readonly bool _isReused;
    private IncomingCall _call;
    private RpcMethod _method = null!;
    private CallContext? _context;
    private TReturned _returned;

    private RunningCall()
    {
        _onCompleted = OnCompleted;
        _isReused = Volatile.Read(ref s_made) < MostPooled && Interlocked.Increment(ref s_made) <= MostPooled;

        if (_isReused)
        {
            Track();
        }
    }

    protected override RpcConnection? RunningOn => _call.Connection;

    protected override RpcMethod? Running => _method;

    public static void Start(in IncomingCall incoming, RpcMethod method, CallContext? context, TReturned returned)
    {
        if (!Pool.TryDequeue(out RunningCall<TReturned, TReturn, TResult>? call))
        {
            call = new RunningCall<TReturned, TReturn, TResult>();
        }

        call._call = incoming;
        call._method = method;
        call._context = context;
        call._returned = returned;
        incoming.Connection.RunningCalls.Add();
        returned.UnsafeOnCompleted(call._onCompleted);
    }

    private void OnCompleted()
    {
        IncomingCall call = _call;
        CallContext? context = _context;
        RpcConnection connection = call.Connection;

        try
        {
            TResult result = _returned.GetResult();

            if (call.MessageId is { } id)
            {
                connection.Answer(call, onLoop: false, connection.Dispatcher.WriteAside(id, result));
            }
        }
        catch (Exception exception)
        {
            connection.Dispatcher.AnswerFailure(call, _method, exception, onLoop: false);
        }

        Return();

        if (context is null)
        {
            connection.RunningCalls.Remove();
        }
        else
        {
            context.ReleaseAsync(connection.RunningCalls);
        }
    }

    private void Return()
    {
        _call = default;
        _context = null;
        _returned = default;

        if (_isReused)
        {
            Pool.Enqueue(this);
        }
    }
}
