namespace Mprpc.Dispatch;

/// <summary>A call whose method is known to block: it runs on a thread of its own, on a copy of its message.</summary>
internal sealed class OffloadedCall(IncomingCall call, RpcMethod method, byte[] message, int paramsStart, int count) : IThreadPoolWorkItem
{
    public void Execute()
    {
        var parameters = new MprpcReader(message, paramsStart, count, call.Connection.Serializer, loop: null);

        method.AddRunning();

        try
        {
            method.Invoke(call, ref parameters);
        }
        finally
        {
            method.RemoveRunning();
            call.Connection.RunningCalls.Remove();
        }
    }
}
