using System.Diagnostics;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>
/// Stands for all names that no method has, where a policy applies to them too: limits count them, and who may not know is told the same as of a method it may
/// not call.
/// </summary>
internal sealed class UnknownMethod : RpcMethod
{
    public UnknownMethod()
        : base(new MprpcMethodDescription("(unknown)", "(unknown)", [], needsContext: true), "(unknown)") => Series = CallSeries.Other;

    public override void Invoke(in IncomingCall call, ref MprpcReader parameters)
        => throw new UnreachableException("An unknown method is used only with a policy.");

    /// <inheritdoc/>
    public override GuardedCall Guard(in IncomingCall call, CallContext context, CallArguments arguments, RpcError? error)
        => new UnknownCall(call, this, context, arguments, error);

    private sealed class UnknownCall(IncomingCall call, RpcMethod method, CallContext context, CallArguments arguments, RpcError? error)
        : GuardedCall(call, method, context, arguments, error)
    {
        public override object? Result
        {
            get => null;
            set => throw new ArgumentException($"Method '{Context.Method}' does not exist, so it has no result.", nameof(value));
        }

        protected override bool HasResult => false;

        protected override MprpcWriter WriteResult(long messageId, out string? refusal)
            => throw new UnreachableException("An unknown method has no result.");

        protected override ValueTask InvokeCheckedAsync() => throw new UnreachableException("An unknown method is refused.");
    }
}
