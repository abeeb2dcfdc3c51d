using System.Text;
using Mprpc.Connections;

namespace Mprpc.AspNetCore.Clients;

/// <summary>Puts connections into groups, and takes them out. Safe for concurrent use.</summary>
internal sealed class ClientGroups(ClientRegistry clients, IRemoteClients? remote) : IMprpcGroups
{
    public void Add(MprpcConnection connection, string group)
    {
        ArgumentNullException.ThrowIfNull(connection);
        Check(group, (connection as RpcConnection)?.Limits.MaxGroupNameBytes ?? ConnectionLimits.DefaultMaxGroupNameBytes);

        if (clients.Find(connection, nameof(connection)) is { } client)
        {
            clients.Join(client, group);
        }
    }

    public void Remove(MprpcConnection connection, string group)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);

        if (clients.Find(connection, nameof(connection)) is { } client)
        {
            clients.Leave(client, group);
        }
    }

    public ValueTask<bool> AddAsync(string connectionId, string group, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionId);
        ClientConnection? client = clients.Find(connectionId);
        Check(group, client?.Connection.Limits.MaxGroupNameBytes ?? int.MaxValue);

        if (client is null)
        {
            return remote?.JoinAsync(connectionId, group, cancellationToken) ?? new ValueTask<bool>(false);
        }

        clients.Join(client, group);
        return new ValueTask<bool>(true);
    }

    public ValueTask<bool> RemoveAsync(string connectionId, string group, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionId);
        ArgumentException.ThrowIfNullOrEmpty(group);

        if (clients.Find(connectionId) is not { } client)
        {
            return remote?.LeaveAsync(connectionId, group, cancellationToken) ?? new ValueTask<bool>(false);
        }

        clients.Leave(client, group);
        return new ValueTask<bool>(true);
    }

    /// <exception cref="ArgumentException">The name is empty, or longer than it may be.</exception>
    public static void Check(string group, int maxBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        int bytes = Encoding.UTF8.GetByteCount(group);

        if (bytes > maxBytes)
        {
            throw new ArgumentException(
                $"The name of the group has {bytes:N0} bytes of UTF-8; {maxBytes:N0} are allowed. Use a shorter one, "
                + "or raise MprpcServerOptions.Limits.MaxGroupNameBytes.",
                nameof(group));
        }
    }
}
