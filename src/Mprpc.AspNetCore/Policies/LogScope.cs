using Microsoft.Extensions.Logging;

namespace Mprpc.AspNetCore.Policies;

/// <summary>
/// Lets what is logged during a call say of which call it is; only where the options ask for it, since a scope costs a call even if nobody wants it.
/// </summary>
internal sealed class LogScope(ILogger logger) : IMprpcFilter
{
    // Three values with names: what structured loggers take apart.
    private static readonly Func<ILogger, string, string, long?, IDisposable?> Begin =
        LoggerMessage.DefineScope<string, string, long?>("MessagePack-RPC {ConnectionId} {Method} {MessageId}");

    public async ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
    {
        using IDisposable? scope = Begin(logger, call.Context.Connection.Id, call.Context.Method, call.Context.MessageId);
        await next(call).ConfigureAwait(false);
    }
}
