using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <content>What the peer is told of calls and notifications besides method and arguments (docs/protocol.md 10.6).</content>
internal sealed partial class CallsToPeer
{
    private bool TryCallTold(PendingCall call, MprpcWriter request, MprpcMetadata told, CancellationToken cancellationToken)
    {
        PeerOffer? peer = Volatile.Read(ref _peer);
        told = Taken(told, peer, "call", call.Method, request);

        // docs/protocol.md 10.6: by $/call no method of the protocol's own is called, so that such a one is told no timeout.
        if (peer is null || (told.Count == 0 && call.Method.StartsWith(ControlName.PrefixText, StringComparison.Ordinal)))
        {
            return TryCallPlain(call, request, cancellationToken);
        }

        return TryCallWrapped(call, request, told, credit: null, cancellationToken);
    }

    /// <summary>Sends a request within another.</summary>
    /// <param name="call">The call.</param>
    /// <param name="request">Method and arguments; the same again if nothing was sent.</param>
    /// <param name="told">The metadata.</param>
    /// <param name="credit">How much of a result that is a stream is taken; null: none is.</param>
    /// <param name="cancellationToken">The call's.</param>
    private bool TryCallWrapped(PendingCall call, MprpcWriter request, MprpcMetadata told, StreamAllowance? credit, CancellationToken cancellationToken)
    {
        int levels = request.Levels;
        ControlWriter.PrependCall(request, call.Timeout, told, credit);

        if (TryCallPlain(call, request, cancellationToken))
        {
            return true;
        }

        request.DropFront();
        request.Levels = levels;
        return false;
    }

    /// <summary>The metadata as the peer takes it: whole, or none if that may be left out.</summary>
    /// <exception cref="NotSupportedException">
    /// The peer takes none, or less, or it may not have a credential; <paramref name="message"/> is given back.
    /// </exception>
    private MprpcMetadata Taken(MprpcMetadata told, PeerOffer? peer, string noun, string method, MprpcWriter message)
    {
        if (CredentialRemedy is not null && told.ContainsKey(CredentialKey.Name))
        {
            MprpcWriter.Return(message);
            throw new NotSupportedException(
                $"The {noun} of '{method}' has a credential (metadata '{CredentialKey.Name}'), and connection {_connectionId} is neither encrypted "
                + $"nor local: it could be read on the way. {CredentialRemedy} Nothing was sent.");
        }

        if (PeerOffer.Takes(peer, told))
        {
            return told;
        }

        if (told.Untraced is { } less)
        {
            return Taken(less, peer, noun, method, message);
        }

        if (told.IsOptional)
        {
            return MprpcMetadata.Empty;
        }

        MprpcWriter.Return(message);
        throw PeerOffer.NotTaken(peer, _connectionId, noun, method, told);
    }

    /// <summary>Sends a notification with what the peer is told besides; null: nothing.</summary>
    /// <returns>False if the connection is closed: nothing was sent.</returns>
    /// <exception cref="MessagePackSerializationException">The notification is larger, or nests deeper, than may be sent.</exception>
    /// <exception cref="NotSupportedException">The notification has metadata, and the peer takes none.</exception>
    public bool TryNotify(string method, MprpcWriter notification, MprpcMetadata? told)
    {
        told = told is null ? MprpcMetadata.Empty : Taken(told, Volatile.Read(ref _peer), "notification", method, notification);

        if (told.Count == 0)
        {
            return TryNotify(notification);
        }

        int levels = notification.Levels;

        // Without the timeout: it is the time to be sent in, and a peer that drops what comes late would tell nobody.
        ControlWriter.PrependCall(notification, timeout: TimeSpan.Zero, told);

        if (TryNotify(notification))
        {
            return true;
        }

        notification.Levels = levels;
        return false;
    }

    /// <summary>Sends a notification once the output has room, if that is in time.</summary>
    /// <inheritdoc cref="TryNotify(string, MprpcWriter, MprpcMetadata?)" path="/*[self::returns or self::exception]"/>
    /// <exception cref="TimeoutException">The peer did not read in time; nothing was sent.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was sent.</exception>
    public async ValueTask<bool> TryNotifyAsync(
        string method,
        MprpcWriter notification,
        MprpcMetadata? told,
        TimeSpan timeout,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);

        try
        {
            // Again after each wait: all that waited go on at once, and one of them may have filled it again.
            while (_output.IsCongested && !_output.IsClosed)
            {
                await _output.WaitForRoomAsync().WaitAsync(either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException exception)
        {
            MprpcWriter.Return(notification);
            throw cancellationToken.IsCancellationRequested
                ? new OperationCanceledException($"The notification of '{method}' was cancelled before it was sent.", exception, cancellationToken)
                : new TimeoutException(
                    $"The notification of '{method}' was not sent within {timeout.TotalMilliseconds:N0} ms: "
                    + $"the peer of connection {_connectionId} does not read.",
                    exception);
        }

        return TryNotify(method, notification, told);
    }
}
