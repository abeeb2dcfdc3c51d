using Mprpc.Connections;

namespace Mprpc.Client.Connections;

/// <content>What comes before the first call of a connection: the extensions of the protocol (docs/protocol.md 10.5), and the login.</content>
internal sealed partial class Subchannel
{
    /// <summary>Takes no more calls over a connection whose server has not said that it knows the extensions, and closes it after its last answer.</summary>
    public void TryRetirePlain()
    {
        RpcConnection? connection;

        // With the lock of Publish: either that sees that the extensions are used, or this sees the connection.
        lock (_gate)
        {
            connection = _current;
        }

        if (connection is { Peer: null })
        {
            TryRetire();
        }
    }

    /// <summary>Takes no more calls over a connection whose server believes that it can call nothing here: with the next one it learns better.</summary>
    public void TryRetireSilent()
    {
        RpcConnection? connection;

        lock (_gate)
        {
            connection = _current;
        }

        if (connection is { Peer: not null, HasOfferedCalls: false })
        {
            TryRetire();
        }
    }

    private void AfterPublish(RpcConnection connection)
    {
        // A method that was added while it asked.
        if (parts.Dispatcher.HasMethods)
        {
            TryRetireSilent();
        }

        if (Current == connection)
        {
            parts.OnConnected?.Invoke(connection);
        }
    }

    private async Task<bool> AskAsync(OpenConnection made)
    {
        try
        {
            return await parts.Negotiation.AskAsync(made.Connection, made.Transport.Extensions).ConfigureAwait(false);
        }
        catch
        {
            made.Connection.Abort();
            throw;
        }
    }

    private async Task LoginAsync(ClientLogin login, RpcConnection connection, long start)
    {
        try
        {
            await login.LoginAsync(connection, start, parts.Disposed).ConfigureAwait(false);
        }
        catch
        {
            connection.Abort();
            throw;
        }
    }

    /// <summary>Ends a connection that never took a call, because the application has begun to use the extensions since: the next one asks for them.</summary>
    private void End(OpenConnection made)
    {
        made.Connection.Requests.WhenEmpty(made.Connection.Stop);
        pool.OnChanged();       // those who wait get another
        parts.OnStateChanged();
    }
}
