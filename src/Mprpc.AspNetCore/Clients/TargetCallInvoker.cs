using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.AspNetCore.Clients;

/// <summary>What the typed proxy of a target calls through. Safe for concurrent use.</summary>
internal sealed class TargetCallInvoker(ClientCalls calls, MprpcTarget target) : MprpcCallInvoker(Timeout.InfiniteTimeSpan)
{
    public MprpcTarget Target => target;

    public override MprpcWriter BeginCall() => calls.Begin();

    public override void Notify(string method, MprpcWriter notification) => calls.Publish(target, method, notification);

    internal override void Notify(string method, MprpcWriter notification, MprpcCallOptions options)
    {
        if (options.Metadata is { IsOptional: false, Count: > 0 })
        {
            Drop(notification);
            throw new NotSupportedException(
                $"The notification of '{method}' to {target} has metadata ({options.Metadata}), which is sent to a single peer only, since not each takes it. "
                + "Leave it out, make it an argument, or call connection.As<T>().With(options). Nothing was sent.");
        }

        Notify(method, notification);
    }

    internal override RpcConnection? TryGetConnection(CancellationToken cancellationToken)
        => target.Kind == TargetKind.Connection && !cancellationToken.IsCancellationRequested ? calls.FindHere(target.Name!) : null;

    internal override ValueTask<T> SendAsync<T>(string method, MprpcWriter request, MprpcCallOptions options)
    {
        switch (target)
        {
            case { Kind: TargetKind.Connection }:
                return calls.CallAsync<T>(target.Name!, Question.Take(method, request, options), options.CancellationToken);
            case { Kind: TargetKind.Users, Name: not null }:
                return calls.CallAnyAsync<T>(target, Question.Take(method, request, options), options.CancellationToken);
            default:
                Drop(request);
                throw new NotSupportedException(
                    $"'{method}' returns a result, and {target} may be any number of clients. Ask them with "
                    + "AskAsync(target, client => client.Method(...), within), call one with Single(connectionId), "
                    + "or declare the method void: then it is a notification.");
        }
    }

    internal override ValueTask<T> CallWhenReadyAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken)
        => SendAsync<T>(method, request, cancellationToken);
}
