namespace Mprpc.AspNetCore;

/// <summary>Which connections are in which groups; from <see cref="IMprpcClients.Groups"/>.</summary>
/// <remarks>
/// A group is there while it has members, and is left with the connection: a client that has come back joins again. Safe for concurrent use.
/// </remarks>
public interface IMprpcGroups
{
    /// <summary>Puts a connection into a group. Nothing happens where it is in it already, or has ended.</summary>
    /// <param name="connection">A connection of this server.</param>
    /// <param name="group">The group's name: text of 1 to <see cref="MprpcServerLimits.MaxGroupNameBytes"/> bytes in UTF-8; case counts.</param>
    /// <exception cref="ArgumentException">The name is empty or too long, or the connection is not one that this server has accepted.</exception>
    /// <exception cref="InvalidOperationException">The connection is in <see cref="MprpcServerLimits.MaxGroupsPerConnection"/> groups already.</exception>
    void Add(MprpcConnection connection, string group);

    /// <summary>Takes a connection out of a group. Nothing happens where it is not in it.</summary>
    /// <param name="connection">A connection of this server.</param>
    /// <param name="group">The group's name.</param>
    /// <exception cref="ArgumentException">The connection is not one that this server has accepted.</exception>
    void Remove(MprpcConnection connection, string group);

    /// <summary>Puts a connection into a group, whichever server has it.</summary>
    /// <param name="connectionId">The connection, as <see cref="MprpcConnection.Id"/> names it.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="cancellationToken">Ends the wait for another server.</param>
    /// <returns>Whether there is such a connection, which is then in the group.</returns>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    /// <exception cref="InvalidOperationException">The connection is in as many groups as it may be.</exception>
    ValueTask<bool> AddAsync(string connectionId, string group, CancellationToken cancellationToken = default);

    /// <summary>Takes a connection out of a group, whichever server has it.</summary>
    /// <param name="connectionId">The connection, as <see cref="MprpcConnection.Id"/> names it.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="cancellationToken">Ends the wait for another server.</param>
    /// <returns>Whether there is such a connection, which is then not in the group.</returns>
    ValueTask<bool> RemoveAsync(string connectionId, string group, CancellationToken cancellationToken = default);
}
