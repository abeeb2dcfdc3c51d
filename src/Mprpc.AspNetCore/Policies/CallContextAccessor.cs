using Mprpc.Dispatch;

namespace Mprpc.AspNetCore.Policies;

/// <summary>Finds the context where the call's code, and what it calls, can take none; as IHttpContextAccessor does.</summary>
internal sealed class CallContextAccessor : IMprpcCallContextAccessor
{
    public MprpcCallContext? CallContext => AmbientCall.Context;

    /// <summary>Sets it for a call and takes it away at its end, also from code that goes on after the call.</summary>
    internal sealed class Filter : IMprpcFilter
    {
        public async ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
        {
            using AmbientCall.Holder current = AmbientCall.Begin(call.Context);
            await next(call).ConfigureAwait(false);
        }
    }
}
