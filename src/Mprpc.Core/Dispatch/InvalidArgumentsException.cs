using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>What a filter asked for cannot be read: unless the filter catches it, the call is answered as if it had no filter.</summary>
internal sealed class InvalidArgumentsException(string message) : MprpcException(message)
{
    public RpcError ToError() => new(RpcErrorKind.InvalidArguments, Message);
}
