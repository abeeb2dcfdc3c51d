using Mprpc.AspNetCore.Diagnostics;
using Mprpc.Connections;
using Mprpc.Diagnostics;

namespace Mprpc.AspNetCore.Clients;

/// <summary>One pass over connections, with all that was published for them by its begin. Not safe for concurrent use; used again.</summary>
internal sealed class PushPass(Action<PushLosses> count)
{
    private readonly List<(MprpcTarget Target, PushMessage Message)> _messages = [];
    private readonly List<ClientConnection> _clients = [];
    private readonly HashSet<ClientConnection> _touched = [];
    private PushLosses _losses;

    /// <param name="target">Whom it is for.</param>
    /// <param name="message">The message; its reference is given back by the pass.</param>
    public void Add(MprpcTarget target, PushMessage message) => _messages.Add((target, message));

    public void Run(ClientShard shard)
    {
        _losses = default;

        for (int start = 0, end; start < _messages.Count; start = end)
        {
            for (end = start + 1; end < _messages.Count && _messages[end].Target.IsSameAs(_messages[start].Target);)
            {
                end++;
            }

            // With messages for others behind, each connection is told of its own first, and sends them at once then.
            bool isOnly = start == 0 && end == _messages.Count;
            Tell(shard, start, end, isOnly);
        }

        foreach (ClientConnection client in _touched)
        {
            Send(client.Connection);
        }

        foreach ((_, PushMessage message) in _messages)
        {
            message.Release();
        }

        _touched.Clear();
        _messages.Clear();

        if (!_losses.IsNone)
        {
            count(_losses);
        }
    }

    private void Tell(ClientShard shard, int start, int end, bool isOnly)
    {
        shard.Find(_messages[start].Target, _clients, forPass: true);
        SharedRun? plain = null;
        SharedRun? oldSpec = null;

        foreach (ClientConnection client in _clients)
        {
            if (!client.CanBeCalled)
            {
                _losses.NotCallable += end - start;
                continue;
            }

            bool isOld = client.Connection.Serializer.OldSpec;
            ref SharedRun? run = ref isOld ? ref oldSpec : ref plain;
            run ??= Encode(start, end, connection: null, isOld);

            if (AllFit(start, end, client.Connection, isOld))
            {
                Tell(client, run, isOnly);
            }
            else
            {
                SharedRun fitting = Encode(start, end, client.Connection, isOld);
                Tell(client, fitting, isOnly);
                fitting.Release();
            }
        }

        plain?.Release();
        oldSpec?.Release();
        _clients.Clear();
    }

    /// <summary>Sends what waits; on another thread where that could block, and nobody waits for it.</summary>
    private static void Send(RpcConnection connection)
    {
        if (connection.WritesRunUserCode)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static one => one.Output.SendBatch(batch: null, isHeld: false), connection, preferLocal: false);
        }
        else
        {
            connection.Output.SendBatch(batch: null, isHeld: false);
        }
    }

    private void Tell(ClientConnection client, SharedRun run, bool isOnly)
    {
        if (run.Messages.IsEmpty)
        {
            return;
        }

        RpcConnection connection = client.Connection;
        isOnly &= !connection.WritesRunUserCode;
        int maxPending = connection.Limits.MaxPendingPushBytes;

        switch (connection.Output.TrySend(run, client.Rules.SlowPeers, maxPending, out int dropped, isOnly))
        {
            case SharedOutcome.Taken when !isOnly:
                _touched.Add(client);
                break;
            case SharedOutcome.Dropped:
                _losses.TooSlow += dropped;
                _touched.Add(client);
                break;
            case SharedOutcome.TooSlow when !connection.IsAborted:      // once, also if more is published before it has gone
                _losses.TooSlow++;
                connection.Abort(ConnectionLimit.PendingPushes, new MprpcProtocolException(
                    $"The peer does not read: {connection.Output.Pending:N0} bytes wait to be sent, and notifications wait only up to {maxPending:N0}. "
                    + $"Raise {connection.Limits.OptionsName}.MaxPendingPushBytes, or let the endpoint's SlowPeers be DropNewest or Latest."));
                break;
            default:
                break;
        }
    }

    /// <summary>Whether the connection may have all of them; those that it may not are counted, each.</summary>
    private bool AllFit(int start, int end, RpcConnection connection, bool isOld)
    {
        bool fit = true;

        for (int i = start; i < end; i++)
        {
            if (!_messages[i].Message.MayGoTo(connection))
            {
                _losses.NoMetadata++;
                fit = false;
            }
            else if (!_messages[i].Message.Fits(connection.Limits))
            {
                _losses.TooLarge++;
                fit = false;
            }
            else if (isOld && _messages[i].Message.In(oldSpec: true) is null)
            {
                _losses.NotEncodable++;
            }
        }

        return fit;
    }

    /// <param name="start">The first message.</param>
    /// <param name="end">Behind the last.</param>
    /// <param name="connection">Which the messages are to fit; null: all are taken.</param>
    /// <param name="oldSpec">The dialect.</param>
    private SharedRun Encode(int start, int end, RpcConnection? connection, bool oldSpec)
    {
        var encoded = new List<SharedMessage>(end - start);

        for (int i = start; i < end; i++)
        {
            PushMessage pushed = _messages[i].Message;

            if ((connection is null || (pushed.MayGoTo(connection) && pushed.Fits(connection.Limits))) && pushed.In(oldSpec) is { } message)
            {
                encoded.Add(message);
            }
        }

        return new SharedRun([.. encoded]);
    }
}
