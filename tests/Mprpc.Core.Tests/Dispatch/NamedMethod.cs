using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Dispatch;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Dispatch;

/// <summary>A method of which only the name matters.</summary>
internal sealed class NamedMethod(string name) : RpcMethod(new MprpcMethodDescription("Service", name, [], needsContext: false), name)
{
    public override void Invoke(in IncomingCall call, ref MprpcReader parameters) => throw new NotSupportedException();

    public override GuardedCall Guard(in IncomingCall call, CallContext context, CallArguments arguments, RpcError? invalidArguments)
        => throw new NotSupportedException();
}
