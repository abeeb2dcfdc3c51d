namespace Mprpc.AspNetCore.Clients;

/// <summary>The clients of the application's other servers. Safe for concurrent use.</summary>
internal interface IRemoteClients
{
    /// <summary>Tells those that a target means; what becomes of it, nobody says.</summary>
    void Publish(MprpcTarget target, PushMessage message);

    /// <summary>Calls a method of each that a target means. It ends when all servers have said that they have no more, are dead, or the time is up.</summary>
    /// <param name="target">Whom.</param>
    /// <param name="question">The call.</param>
    /// <param name="within">How long each may take.</param>
    /// <param name="cancellationToken">Ends the wait, and cancels the calls.</param>
    IAsyncEnumerable<RemoteReply> AskAsync(MprpcTarget target, Question question, TimeSpan within, CancellationToken cancellationToken);

    /// <summary>Puts a connection of another server into a group.</summary>
    /// <returns>Whether there is such a connection.</returns>
    ValueTask<bool> JoinAsync(string connectionId, string group, CancellationToken cancellationToken);

    /// <summary>Takes a connection of another server out of a group.</summary>
    /// <returns>Whether there is such a connection.</returns>
    ValueTask<bool> LeaveAsync(string connectionId, string group, CancellationToken cancellationToken);
}
