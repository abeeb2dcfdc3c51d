using Mprpc.Connections;

namespace Mprpc.Dispatch;

/// <summary>A call whose method is known to block: it runs on a thread of its own, on a copy of its message.</summary>
internal sealed class OffloadedCall(RpcConnection connection, RpcMethod method, long? messageId, byte[] message, int paramsStart, int count) : IThreadPoolWorkItem
{
    public void Execute()
    {
        var parameters = new MprpcReader(message, paramsStart, count, connection.Serializer, loop: null);

        try
        {
            method.Invoke(new IncomingCall(connection, messageId, loop: null), ref parameters);
        }
        finally
        {
            connection.RunningCalls.Remove();
        }
    }
}
