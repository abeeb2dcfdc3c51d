using Mprpc.CompilerServices;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <content>The calls that this side makes.</content>
internal sealed partial class RpcConnection : ICallSender
{
    StreamLimits ICallSender.StreamLimits => Limits.Streams;

    public override ValueTask<T> CallAsync<T>(string method, MprpcCallOptions options, params ReadOnlySpan<object?> arguments)
    {
        options.CancellationToken.ThrowIfCancellationRequested();
        MprpcWriter request = RequestWriter.Begin(Serializer, Limits.SendLimit, method, arguments);

        return request.HasStreams
            ? FeedingCall.SendAsync<T>(this, method, request, request.TakeStreams(), result: null, options)
            : SendAsync<T>(method, request, options);
    }

    /// <inheritdoc/>
    public ValueTask<T> SendAsync<T>(string method, MprpcWriter request, MprpcCallOptions options)
    {
        PendingCall<T> call = PendingCall<T>.Rent(method, options.Timeout ?? _settings.CallTimeout);
        call.Told = options.Told;
        call.WaitsForPlace = true;
        ValueTask<T> result = call.Task;
        return TryCall(call, request, options.CancellationToken) ? result : ValueTask.FromException<T>(NotSent(request));
    }

    public override ValueTask NotifyAsync(string method, params ReadOnlySpan<object?> arguments)
    {
        MprpcWriter notification = BeginNotification(method, arguments);

        if (!TryNotify(notification))
        {
            throw NotSent(notification);
        }

        return Output.IsCongested ? new ValueTask(Output.WaitForRoomAsync()) : ValueTask.CompletedTask;
    }

    public override ValueTask NotifyAsync(string method, MprpcCallOptions options, params ReadOnlySpan<object?> arguments)
    {
        options.CancellationToken.ThrowIfCancellationRequested();
        MprpcWriter notification = BeginNotification(method, arguments);

        return Output.IsCongested ? NotifyWhenThereIsRoomAsync(method, notification, options)
            : TryNotify(method, notification, options.Metadata) ? ValueTask.CompletedTask
            : throw NotSent(notification);
    }

    /// <summary>Gives a writer for one call: the name of the method, then an array of the arguments.</summary>
    public MprpcWriter BeginCall() => MprpcWriter.Rent(Serializer, RequestWriter.FrontRoom, Limits.SendLimit);

    /// <summary>Makes a call of a request whose method and arguments are written.</summary>
    /// <returns>
    /// False where the connection is closed, or the peer has as many requests as it takes: nothing was sent, the result is not to be used, and the request can
    /// be sent later or over another.
    /// </returns>
    public bool TryCall<T>(string method, MprpcWriter request, TimeSpan timeout, CancellationToken cancellationToken, out ValueTask<T> result)
    {
        PendingCall<T> call = PendingCall<T>.Rent(method, timeout);
        result = call.Task;
        return TryCall(call, request, cancellationToken);
    }

    /// <summary>The same with what the peer is told of the call besides; null: nothing.</summary>
    public bool TryCall<T>(
        string method, MprpcWriter request, TimeSpan timeout, MprpcMetadata? told, CancellationToken cancellationToken, out ValueTask<T> result)
    {
        PendingCall<T> call = PendingCall<T>.Rent(method, timeout);
        call.Told = told;
        result = call.Task;
        return TryCall(call, request, cancellationToken);
    }

    /// <inheritdoc cref="CallsToPeer.TryCall"/>
    public bool TryCall(PendingCall call, MprpcWriter request, CancellationToken cancellationToken) => _calls.TryCall(call, request, cancellationToken);

    /// <inheritdoc cref="CallsToPeer.TryNotify(MprpcWriter)"/>
    public bool TryNotify(MprpcWriter notification) => _calls.TryNotify(notification);

    /// <inheritdoc cref="CallsToPeer.TryNotify(string, MprpcWriter, MprpcMetadata?)"/>
    public bool TryNotify(string method, MprpcWriter notification, MprpcMetadata? told) => _calls.TryNotify(method, notification, told);

    /// <summary>This side serves methods from now on, so that the peer may call at any time.</summary>
    public void ExpectCalls() => _calls.OnPeerCalls();

    private MprpcWriter BeginNotification(string method, ReadOnlySpan<object?> arguments)
        => RequestWriter.WithoutStreams(method, RequestWriter.Begin(Serializer, Limits.SendLimit, method, arguments));

    private async ValueTask NotifyWhenThereIsRoomAsync(string method, MprpcWriter notification, MprpcCallOptions options)
    {
        TimeSpan timeout = options.Timeout ?? _settings.CallTimeout;

        if (!await _calls.TryNotifyAsync(method, notification, options.Metadata, timeout, Clock, options.CancellationToken).ConfigureAwait(false))
        {
            throw NotSent(notification);
        }
    }

    /// <summary>What to throw where a call or a notification of a name was not sent, since the connection is closed; the message is given back.</summary>
    public MprpcConnectionException NotSent(string method, MprpcWriter message)
    {
        MprpcWriter.Return(message);
        return new MprpcConnectionException($"The connection {Id} is closed; '{method}' was not sent.");
    }

    private MprpcConnectionException NotSent(MprpcWriter message)
    {
        MprpcWriter.Return(message);
        return new MprpcConnectionException($"The connection {Id} is closed; nothing was sent.");
    }
}
