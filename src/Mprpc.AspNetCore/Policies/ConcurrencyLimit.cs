using Mprpc.Dispatch;
using Mprpc.Wire;

namespace Mprpc.AspNetCore.Policies;

/// <summary>Refuses calls of a method beyond a number of running ones; a call counts until the method has really ended.</summary>
internal sealed class ConcurrencyLimit(int maxConcurrentCalls) : IMprpcFilter
{
    private int _running;

    public async ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
    {
        if (Interlocked.Increment(ref _running) > maxConcurrentCalls)
        {
            Interlocked.Decrement(ref _running);
            ((GuardedCall)call).Refuse(new RpcError(
                RpcErrorKind.Handler,
                $"Method '{call.Context.Method}' has reached its limit of {maxConcurrentCalls} concurrent calls; retry later.",
                ErrorCode.Busy));
            return;
        }

        try
        {
            await next(call).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
