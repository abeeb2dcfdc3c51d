using System.Collections.Concurrent;
using Mprpc.Connections;
using Mprpc.Messages;

namespace Mprpc.Dispatch;

/// <summary>A call whose method has not ended yet; answers when it has. Pooled, so that it costs no task and no closure.</summary>
internal sealed class RunningCall<TReturned, TReturn, TResult>
    where TReturned : struct, IReturned<TReturned, TReturn, TResult>
{
    private const int MostPooled = 256;

    private static readonly ConcurrentQueue<RunningCall<TReturned, TReturn, TResult>> Pool = new();

    private readonly Action _onCompleted;
    private RpcConnection _connection = null!;
    private RpcMethod _method = null!;
    private CallContext? _context;
    private long? _messageId;
    private TReturned _returned;

    private RunningCall() => _onCompleted = OnCompleted;

    public static void Start(RpcConnection connection, RpcMethod method, long? messageId, CallContext? context, TReturned returned)
    {
        if (!Pool.TryDequeue(out RunningCall<TReturned, TReturn, TResult>? call))
        {
            call = new RunningCall<TReturned, TReturn, TResult>();
        }

        call._connection = connection;
        call._method = method;
        call._messageId = messageId;
        call._context = context;
        call._returned = returned;
        connection.RunningCalls.Add();
        returned.UnsafeOnCompleted(call._onCompleted);
    }

    private void OnCompleted()
    {
        RpcConnection connection = _connection;
        CallContext? context = _context;
        var call = new IncomingCall(connection, _messageId, loop: null);

        try
        {
            TResult result = _returned.GetResult();

            if (_messageId is { } id)
            {
                connection.Answer(null, onLoop: false, connection.Dispatcher.WriteAside(id, result));
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
        _connection = null!;
        _context = null;
        _returned = default;

        if (Pool.Count < MostPooled)
        {
            Pool.Enqueue(this);
        }
    }
}
