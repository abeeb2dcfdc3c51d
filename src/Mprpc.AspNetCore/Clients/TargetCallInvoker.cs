using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.AspNetCore.Clients;

/// <summary>What the typed proxy of a target calls through. Safe for concurrent use.</summary>
internal sealed class TargetCallInvoker(ClientCalls calls, MprpcTarget target) : MprpcCallInvoker(Timeout.InfiniteTimeSpan)
{
    public MprpcTarget Target => target;

    internal override StreamLimits StreamLimits => calls.StreamLimits;

    public override MprpcWriter BeginCall() => calls.Begin();

    public override void Notify(string method, MprpcWriter notification) => calls.Publish(target, method, notification, metadata: null);

    internal override void Notify(string method, MprpcWriter notification, MprpcCallOptions options)
    {
        if (options.Metadata?.ContainsKey(CredentialKey.Name) == true)
        {
            Drop(notification);
            throw new NotSupportedException(
                $"The notification of '{method}' to {target} has a credential (metadata '{CredentialKey.Name}'), which is sent to a single peer only, over a "
                + "connection that nobody reads. Leave it out, or call connection.As<T>().With(options). Nothing was sent.");
        }

        // What the application has not set itself is left out: not each takes it.
        calls.Publish(target, method, notification, options.Metadata is { IsOptional: false, Count: > 0 } metadata ? metadata : null);
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
