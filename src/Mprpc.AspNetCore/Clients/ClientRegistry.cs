using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Diagnostics;
using Mprpc.AspNetCore.Security;
using Mprpc.Connections;
using Mprpc.Diagnostics;

namespace Mprpc.AspNetCore.Clients;

/// <summary>The connections of this server that may be called, with their groups and users. Safe for concurrent use.</summary>
internal sealed class ClientRegistry(IServiceProvider services, ServerMeter meter, ILoggerFactory loggers)
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, ClientConnection> _ids = new(StringComparer.Ordinal);
    private readonly HarmlessLogger _logger = new(loggers.CreateLogger("Mprpc.Server"));
    private readonly IMprpcUserIdProvider _users = services.GetService<IMprpcUserIdProvider>() ?? new ClaimedUserId();
    private volatile ClientShard[] _shards = [];

    /// <summary>Occurs when a group or a user has its first connection here, or has lost its last.</summary>
    public event Action<MprpcTarget>? AudienceChanged;

    public ClientConnection Add(RpcConnection connection, PushRules rules)
    {
        ConnectionSession session = ConnectionSession.Of(connection);
        var client = new ClientConnection(connection, session, rules);
        _ids[connection.Id] = client;

        lock (_gate)
        {
            if (!Array.Exists(_shards, shard => shard.TryAdd(client)))
            {
                var shard = new ClientShard(Count);
                shard.TryAdd(client);
                _shards = [.. _shards, shard];
            }
        }

        session.OnAccepted = () => UpdateUser(client);
        UpdateUser(client);
        return client;
    }

    public void Remove(ClientConnection client)
    {
        _ids.TryRemove(KeyValuePair.Create(client.Connection.Id, client));
        string? user = client.UserId;

        foreach (string group in client.Shard.Remove(client))
        {
            AudienceChanged?.Invoke(MprpcTarget.Group(group));
        }

        if (user is not null)
        {
            AudienceChanged?.Invoke(MprpcTarget.User(user));
        }
    }

    /// <summary>The connection of this name, whether it can be called or not; null: this server has none.</summary>
    public ClientConnection? Find(string connectionId) => _ids.GetValueOrDefault(connectionId);

    /// <summary>The connection as one that may be called.</summary>
    /// <exception cref="ArgumentException">It is not one that this server has accepted.</exception>
    public ClientConnection? Find(MprpcConnection connection, string parameter)
    {
        ArgumentNullException.ThrowIfNull(connection, parameter);

        return Find(connection.Id) is { } client && client.Connection == connection ? client
            : connection is RpcConnection { Session: ConnectionSession } ? null
            : throw new ArgumentException(
                $"The connection {connection.Id} is not one that this server has accepted. Groups are for connections of clients, as in call.Connection.",
                parameter);
    }

    /// <summary>The connections of this server that a target means at this moment and that can be called.</summary>
    public List<ClientConnection> Find(MprpcTarget target)
    {
        List<ClientConnection> found = [];

        foreach (ClientShard shard in _shards)
        {
            shard.Find(target, found, forPass: false);
        }

        found.RemoveAll(static client => !client.CanBeCalled);
        return found;
    }

    /// <summary>Whether a target means any connection of this server.</summary>
    public bool HasAny(MprpcTarget target) => Array.Exists(_shards, shard => shard.HasMembers(target));

    /// <summary>Only for tests: how many notifications wait for a pass, or are in one.</summary>
    internal int WaitingCount => _shards.Sum(static shard => shard.WaitingCount);

    /// <summary>Only for tests: how many bytes wait at each connection.</summary>
    internal IReadOnlyList<long> Pending => [.. _ids.Values.Select(static client => client.Connection.Output.Pending)];

    /// <summary>Tells the connections of this server.</summary>
    public void Publish(MprpcTarget target, PushMessage message)
    {
        foreach (ClientShard shard in _shards)
        {
            shard.Publish(target, message);
        }
    }

    /// <summary>Puts a connection into a group.</summary>
    /// <exception cref="InvalidOperationException">It is in as many as it may be.</exception>
    public void Join(ClientConnection client, string group)
    {
        int max = client.Connection.Limits.MaxGroups;

        if (!client.Shard.TryJoin(client, group, max))
        {
            throw new InvalidOperationException(
                $"Connection {client.Connection.Id} is in {max:N0} groups, and {max:N0} are allowed. Take it out of some, "
                + $"or raise {client.Connection.Limits.OptionsName}.MaxGroupsPerConnection.");
        }

        AudienceChanged?.Invoke(MprpcTarget.Group(group));
    }

    public void Leave(ClientConnection client, string group)
    {
        client.Shard.Leave(client, group);
        AudienceChanged?.Invoke(MprpcTarget.Group(group));
    }

    private void Count(PushLosses losses)
    {
        try
        {
            meter.OnUndelivered(losses);
        }
        catch (Exception)
        {
            // A listener of the application's; notifications go on.
        }
    }

    private void UpdateUser(ClientConnection client)
    {
        string? id = null;

        // The default provider says nothing of who has not logged in.
        if (client.Principal is not null || _users is not ClaimedUserId)
        {
            try
            {
                id = _users.GetUserId(client.Connection);
            }
            catch (Exception exception)
            {
                ServerLog.UserIdProviderThrew(_logger, client.Connection.Id, exception);
            }
        }

        string? before = client.UserId;
        client.Shard.SetUser(client, id);

        foreach (string user in new[] { before, id }.OfType<string>().Where(static user => user.Length > 0).Distinct())
        {
            AudienceChanged?.Invoke(MprpcTarget.User(user));
        }
    }
}
