using System.Diagnostics;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Dispatch;

/// <summary>A call whose method is known to block: it runs on a thread of its own, on a copy of its message.</summary>
internal sealed class OffloadedCall : RunningCall, IThreadPoolWorkItem
{
    private readonly IncomingCall _call;
    private readonly RpcMethod _method;
    private readonly byte[] _message;
    private readonly int _paramsStart;
    private readonly int _count;

    public OffloadedCall(in IncomingCall call, RpcMethod method, byte[] message, int paramsStart, int count)
    {
        _call = call;
        _message = message;
        _paramsStart = paramsStart;
        _count = count;
        _method = method;
        Method = method;
        Begin();
        call.Control?.Enlist();
    }

    public override RunningCalls Calls => _call.Connection.RunningCalls;

    public void Execute()
    {
        if (_call.Span is { } span)
        {
            Activity.Current = span;        // until the thread's next call: it has none of its own
        }

        var parameters = new MprpcReader(_message, _paramsStart, _count, _call.Connection.Serializer, loop: null);

        try
        {
            _method.Invoke(_call, ref parameters);
        }
        catch (Exception exception)
        {
            _call.Connection.Abort(exception);        // It could not even be answered with an error.
        }
        finally
        {
            End();
        }
    }
}
