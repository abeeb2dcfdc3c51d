using Mprpc.AspNetCore;

namespace Mprpc.Testing.Fakes;

/// <summary>The groups of clients that are not there, by the names of their connections. Safe for concurrent use.</summary>
internal sealed class FakeGroups(FakeClientCalls clients) : IMprpcGroups
{
    public void Add(MprpcConnection connection, string group)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentException.ThrowIfNullOrEmpty(group);
        clients.ChangeGroup(connection.Id, groups => groups.Add(group));
    }

    public void Remove(MprpcConnection connection, string group)
    {
        ArgumentNullException.ThrowIfNull(connection);
        clients.ChangeGroup(connection.Id, groups => groups.Remove(group));
    }

    public ValueTask<bool> AddAsync(string connectionId, string group, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(group);
        return new ValueTask<bool>(clients.ChangeGroup(connectionId, groups => groups.Add(group)));
    }

    public ValueTask<bool> RemoveAsync(string connectionId, string group, CancellationToken cancellationToken)
        => new(clients.ChangeGroup(connectionId, groups => groups.Remove(group)));
}
