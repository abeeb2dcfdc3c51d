using System.Collections.Concurrent;
using Mprpc.AspNetCore.Clients;
using Mprpc.Serialization;

namespace Mprpc.AspNetCore.Backplane;

/// <summary>What this server does for others: it tells and asks its clients. Safe for concurrent use.</summary>
/// <param name="id">This server.</param>
/// <param name="clients">Its clients.</param>
/// <param name="settle">Completes when what a change of groups asks of the backplane is done.</param>
/// <param name="publish">Sends a message to a channel; it does not throw.</param>
internal sealed class BackplaneAnswers(string id, ClientRegistry clients, Func<Task> settle, Func<string, ServerMessage, ValueTask<bool>> publish)
{
    private readonly ConcurrentDictionary<(string Server, long Question), CancellationTokenSource> _running = new();

    /// <returns>False where it asks for nothing.</returns>
    public bool TryHandle(ServerMessage message)
    {
        switch (message.Kind)
        {
            case MessageKind.Notify when message.Target is not null:
                var notification = new PushMessage(message.Name, message.Body.Span, message.Metadata);
                clients.Publish(message.Target, notification);
                notification.Release();
                return true;
            case MessageKind.Ask or MessageKind.Join or MessageKind.Leave when message.Target is not null:
                var stop = new CancellationTokenSource();
                _running[(message.Sender, message.Question)] = stop;
                _ = Task.Run(() => ServeAsync(message, stop), CancellationToken.None);      // cannot throw
                return true;
            case MessageKind.Cancel:
                Cancel((message.Sender, message.Question));
                return true;
            default:
                return false;
        }
    }

    /// <summary>A server is gone: nobody waits for what it has asked.</summary>
    public void CancelOf(string server)
    {
        foreach ((string Server, long Question) key in _running.Keys.Where(key => key.Server == server))
        {
            Cancel(key);
        }
    }

    private void Cancel((string Server, long Question) key)
    {
        if (_running.TryRemove(key, out CancellationTokenSource? stop))
        {
            _ = stop.CancelAsync();
        }
    }

    private async Task ServeAsync(ServerMessage message, CancellationTokenSource stop)
    {
        if (message.Kind == MessageKind.Ask)
        {
            await AskAsync(message, stop.Token).ConfigureAwait(false);
        }
        else if (clients.Find(message.Target!.Name!) is { } client)
        {
            await BeginAsync(message, [client]).ConfigureAwait(false);
            await ReplyAsync(message, client, await ChangeGroupAsync(message, client).ConfigureAwait(false)).ConfigureAwait(false);
        }

        await SendAsync(message, new ServerMessage(MessageKind.Done, id)).ConfigureAwait(false);
        _running.TryRemove((message.Sender, message.Question), out _);
    }

    private async Task AskAsync(ServerMessage message, CancellationToken cancellationToken)
    {
        List<ClientConnection> asked = clients.Find(message.Target!);
        var question = new Question(message.Name, message.Body, TypeDepth.Unknown, new MprpcCallOptions { Metadata = message.Metadata });

        if (asked.Count > 0)
        {
            await BeginAsync(message, asked).ConfigureAwait(false);
            await Task.WhenAll(asked.Select(client => AskOneAsync(message, question, client, cancellationToken))).ConfigureAwait(false);
        }
    }

    private async Task AskOneAsync(ServerMessage message, Question question, ClientConnection client, CancellationToken cancellationToken)
    {
        ServerMessage reply;

        try
        {
            MprpcRaw result = await question.AskAsync<MprpcRaw>(client.Connection, message.Within, cancellationToken).ConfigureAwait(false);
            reply = new ServerMessage(MessageKind.Reply, id) { Body = result.Memory };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception)
        {
            reply = new ServerMessage(MessageKind.Reply, id) { Error = RemoteError.From(exception) };
        }

        await ReplyAsync(message, client, reply).ConfigureAwait(false);
    }

    private async Task<ServerMessage> ChangeGroupAsync(ServerMessage message, ClientConnection client)
    {
        try
        {
            if (message.Kind == MessageKind.Join)
            {
                ClientGroups.Check(message.Name, client.Connection.Limits.MaxGroupNameBytes);
                clients.Join(client, message.Name);
            }
            else
            {
                clients.Leave(client, message.Name);
            }

            // So that who is told that it is in can rely on it.
            await settle().ConfigureAwait(false);
            return new ServerMessage(MessageKind.Reply, id);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            return new ServerMessage(MessageKind.Reply, id) { Error = RemoteError.From(exception) };
        }
    }

    private Task BeginAsync(ServerMessage message, IReadOnlyList<ClientConnection> asked)
        => SendAsync(message, new ServerMessage(MessageKind.Begun, id) { Connections = [.. asked.Select(client => client.Connection.Id)] });

    private Task ReplyAsync(ServerMessage message, ClientConnection client, ServerMessage reply)
        => SendAsync(message, reply with { Connections = [client.Connection.Id] });

    private async Task SendAsync(ServerMessage question, ServerMessage answer)
        => await publish(BackplaneChannels.OfServer(question.Sender), answer with { Question = question.Question }).ConfigureAwait(false);
}
