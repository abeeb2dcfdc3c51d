using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Streams;

namespace Mprpc.Binding;

/// <summary>Gives the calls of a proxy options of their own: timeout, metadata, a token besides that of each call.</summary>
internal sealed class OptionsCallInvoker(MprpcCallInvoker invoker, MprpcCallOptions options)
    : MprpcCallInvoker(options.Timeout ?? invoker.CallTimeout, options.Told)
{
    // Calls can be sent as the base class knows them: not with options upon options, nor those that may be made again.
    private readonly MprpcCallInvoker? _direct
        = invoker is OptionsCallInvoker || options.CancellationToken.CanBeCanceled || options.Idempotent ? null : invoker;

    internal override StreamLimits StreamLimits => invoker.StreamLimits;

    internal override TimeSpan? OwnTimeout => options.Timeout ?? invoker.OwnTimeout;

    public override MprpcWriter BeginCall() => invoker.BeginCall();

    public override void Notify(string method, MprpcWriter notification) => invoker.Notify(method, notification, options);

    internal override void Notify(string method, MprpcWriter notification, MprpcCallOptions own) => invoker.Notify(method, notification, Merge(own));

    // The filters see the options.
    internal override MprpcCallInvoker WithFilters(IReadOnlyList<IMprpcClientFilter> filters) => new OptionsCallInvoker(invoker.WithFilters(filters), options);

    internal override ValueTask WithoutResult(ValueTask<NoValue> call) => invoker.WithoutResult(call);

    // A connection that has not asked for the extensions may have to give way to one that has.
    internal override RpcConnection? TryGetConnection(CancellationToken cancellationToken)
        => _direct?.TryGetConnection(cancellationToken) is { } connection && (options.Metadata is null || connection.Peer is not null) ? connection : null;

    internal override ValueTask<T> CallWhenReadyAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken)
        => !cancellationToken.CanBeCanceled ? invoker.SendAsync<T>(method, request, options)
            : !options.CancellationToken.CanBeCanceled ? invoker.SendAsync<T>(method, request, options with { CancellationToken = cancellationToken })
            : SendWithBothAsync<T>(method, request, options, cancellationToken);

    // Options upon options: what is set last counts.
    internal override ValueTask<T> SendAsync<T>(string method, MprpcWriter request, MprpcCallOptions own)
    {
        MprpcCallOptions merged = Merge(own);

        return !own.CancellationToken.CanBeCanceled ? invoker.SendAsync<T>(method, request, merged)
            : !options.CancellationToken.CanBeCanceled ? invoker.SendAsync<T>(method, request, merged with { CancellationToken = own.CancellationToken })
            : SendWithBothAsync<T>(method, request, merged, own.CancellationToken);
    }

    private MprpcCallOptions Merge(in MprpcCallOptions own) => options with
    {
        Streams = own.Streams,
        Timeout = own.Timeout ?? options.Timeout,
        Metadata = own.Metadata ?? options.Metadata,
        WaitForReady = own.WaitForReady ?? options.WaitForReady,
        Idempotent = own.Idempotent || options.Idempotent,
    };

    private async ValueTask<T> SendWithBothAsync<T>(string method, MprpcWriter request, MprpcCallOptions merged, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(merged.CancellationToken, cancellationToken);

        try
        {
            return await invoker.SendAsync<T>(method, request, merged with { CancellationToken = either.Token }).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (exception.CancellationToken == either.Token)
        {
            // The caller knows its own tokens.
            CancellationToken cause = cancellationToken.IsCancellationRequested ? cancellationToken : merged.CancellationToken;
            throw new OperationCanceledException(exception.Message, exception, cause);
        }
    }
}
