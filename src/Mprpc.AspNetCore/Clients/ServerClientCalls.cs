using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.AspNetCore.Clients;

/// <summary>Calls the clients of this server and of others, and tells them. Safe for concurrent use.</summary>
/// <param name="clients">Those of this server.</param>
/// <param name="remote">Those of others; null: there are none.</param>
/// <param name="serializer">Encodes what is sent, and reads what other servers bring.</param>
/// <param name="limits">How large and deep a message may be.</param>
internal sealed class ServerClientCalls(ClientRegistry clients, IRemoteClients? remote, MprpcSerializerOptions serializer, ConnectionLimits limits)
    : ClientCalls(serializer, limits)
{
    public override void Publish(MprpcTarget target, string method, MprpcWriter notification, MprpcMetadata? metadata)
    {
        if (metadata is not null)
        {
            Wrap(target, method, notification, metadata);
        }

        SentMessage.Check(Limits, method: null, notification);
        var message = new PushMessage(method, notification, metadata);
        clients.Publish(target, message);

        if (remote is not null && (target.Kind != TargetKind.Connection || clients.Find(target.Name!) is null))
        {
            remote.Publish(target, message);
        }

        message.Release();
    }

    public override RpcConnection? FindHere(string connectionId) => clients.Find(connectionId) is { CanBeCalled: true } client ? client.Connection : null;

    public override async ValueTask<T> CallAsync<T>(string connectionId, Question question, CancellationToken cancellationToken)
    {
        TimeSpan timeout = question.Options.Timeout ?? Timeout.InfiniteTimeSpan;

        if (clients.Find(connectionId) is { } client)
        {
            return client.CanBeCalled
                ? await question.AskAsync<T>(client.Connection, timeout, cancellationToken).ConfigureAwait(false)
                : throw new MprpcConnectionException(
                    $"The client of connection {connectionId} cannot be called: it has not said with $/hello that it serves methods"
                    + (client.Rules.RequiresLogin ? ", or has not logged in" : "")
                    + $". '{question.Method}' was not sent. For peers that say nothing, set CallsBack of their endpoint.");
        }

        IAsyncEnumerable<MprpcReply<T>> replies = AskOthersAsync<T>(MprpcTarget.Connection(connectionId), question, timeout, cancellationToken);
        return await FirstAsync(replies, $"There is no connection {connectionId}; '{question.Method}' was not sent.").ConfigureAwait(false);
    }

    public override async IAsyncEnumerable<MprpcReply<T>> AskAsync<T>(
        MprpcTarget target, Question question, TimeSpan within, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, question.Options.CancellationToken);
        var replies = Channel.CreateUnbounded<MprpcReply<T>>(new UnboundedChannelOptions { SingleReader = true });
        Task asking = AskAllAsync(target, question, within, replies.Writer, stop.Token);

        try
        {
            await foreach (MprpcReply<T> reply in replies.Reader.ReadAllAsync(stop.Token).ConfigureAwait(false))
            {
                yield return reply;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await asking.ConfigureAwait(false);
        }
    }

    // docs/protocol.md 10.6: [2, "$/call", [{"meta": ...}, method, params]]
    private void Wrap(MprpcTarget target, string method, MprpcWriter notification, MprpcMetadata metadata)
    {
        if (target.Kind == TargetKind.Connection
            && clients.Find(target.Name!) is { CanBeCalled: true } client
            && !PeerOffer.Takes(client.Connection.Peer, metadata))
        {
            MprpcWriter.Return(notification);
            throw PeerOffer.NotTaken(client.Connection.Peer, target.Name!, "notification", method, metadata);
        }

        ControlWriter.PrependCall(notification, timeout: TimeSpan.Zero, metadata);
    }

    private async Task AskAllAsync<T>(
        MprpcTarget target, Question question, TimeSpan within, ChannelWriter<MprpcReply<T>> replies, CancellationToken cancellationToken)
    {
        List<Task> asked = [];

        foreach (ClientConnection client in clients.Find(target))
        {
            asked.Add(AskOneAsync(client.Connection, question, within, replies, cancellationToken));
        }

        if (remote is not null && (target.Kind != TargetKind.Connection || asked.Count == 0))
        {
            asked.Add(AskOthersAsync(target, question, within, replies, cancellationToken));
        }

        await Task.WhenAll(asked).ConfigureAwait(false);
        replies.Complete();
    }

    private static async Task AskOneAsync<T>(
        RpcConnection connection, Question question, TimeSpan within, ChannelWriter<MprpcReply<T>> replies, CancellationToken cancellationToken)
    {
        MprpcReply<T> reply;

        try
        {
            T result = await question.AskAsync<T>(connection, within, cancellationToken).ConfigureAwait(false);
            reply = new MprpcReply<T> { ConnectionId = connection.Id, Connection = connection, Result = result };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;     // nobody wants it any more
        }
        catch (Exception exception)
        {
            reply = new MprpcReply<T> { ConnectionId = connection.Id, Connection = connection, Error = exception };
        }

        replies.TryWrite(reply);
    }

    private async Task AskOthersAsync<T>(
        MprpcTarget target, Question question, TimeSpan within, ChannelWriter<MprpcReply<T>> replies, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (MprpcReply<T> reply in AskOthersAsync<T>(target, question, within, cancellationToken).ConfigureAwait(false))
            {
                replies.TryWrite(reply);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Nobody wants the rest.
        }
    }

    private async IAsyncEnumerable<MprpcReply<T>> AskOthersAsync<T>(
        MprpcTarget target, Question question, TimeSpan within, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (remote is null)
        {
            yield break;
        }

        await foreach (RemoteReply reply in remote.AskAsync(target, question, within, cancellationToken).ConfigureAwait(false))
        {
            yield return Read<T>(reply, question.Method);
        }
    }

    private MprpcReply<T> Read<T>(RemoteReply reply, string method)
    {
        string id = reply.ConnectionId;

        if (reply.Result is not { } result)
        {
            return new MprpcReply<T> { ConnectionId = id, Error = reply.Error };
        }

        Exception? inner = null;

        try
        {
            var reader = new MprpcReader(result, 0, count: 1, Serializer, loop: null);
            T value = reader.Read<T>();

            if (!reader.Failed)
            {
                return new MprpcReply<T> { ConnectionId = id, Result = value };
            }

            inner = reader.Exception;
        }
        catch (Exception exception)
        {
            inner = exception;
        }

        string message = $"The result of '{method}' cannot be read. Ask for the type that the peer sends, or for MprpcRaw to see what came.";
        return new MprpcReply<T> { ConnectionId = id, Error = new MessagePackSerializationException(message, inner) };
    }
}
