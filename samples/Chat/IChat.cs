using Mprpc;

namespace Chat;

/// <summary>What the server serves: one room.</summary>
[MprpcService(Prefix = "chat")]
public interface IChat
{
    /// <summary>Enters the room: from here on the room calls <see cref="IChatScreen"/> of this connection, until it ends.</summary>
    /// <param name="name">Who comes; may be here already, from another window.</param>
    /// <param name="stop">Ends the wait.</param>
    Task JoinAsync(string name, CancellationToken stop);

    /// <summary>Says something to all who are here, the speaker among them.</summary>
    /// <param name="text">What is said.</param>
    /// <param name="stop">Ends the wait.</param>
    Task SayAsync(string text, CancellationToken stop);

    /// <summary>What was said before, oldest first.</summary>
    /// <param name="after">The number of the last message that the caller has; 0: none.</param>
    /// <param name="stop">Ends the stream.</param>
    IAsyncEnumerable<Message> HistoryAsync(long after, CancellationToken stop);

    /// <summary>The names of those who are here.</summary>
    /// <param name="stop">Ends the wait.</param>
    Task<string[]> WhoIsHereAsync(CancellationToken stop);
}
