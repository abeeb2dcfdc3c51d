using Mprpc.Dispatch;

namespace Mprpc.AspNetCore.Policies;

/// <summary>Holds the context where the call's code, and what it calls, finds it; as IHttpContextAccessor does.</summary>
internal sealed class CallContextAccessor : IMprpcCallContextAccessor
{
    private static readonly AsyncLocal<Holder?> Current = new();

    public MprpcCallContext? CallContext => Current.Value?.Context;

    /// <summary>Sets it for a call and takes it away at its end, also from code that goes on after the call.</summary>
    internal sealed class Filter : IMprpcFilter
    {
        public async ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
        {
            var holder = new Holder { Context = call.Context };
            Current.Value = holder;

            try
            {
                await next(call).ConfigureAwait(false);
            }
            finally
            {
                holder.Context = null;
            }
        }
    }

    private sealed class Holder
    {
        public MprpcCallContext? Context { get; set; }
    }
}
