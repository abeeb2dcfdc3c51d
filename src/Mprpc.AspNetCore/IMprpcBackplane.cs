namespace Mprpc.AspNetCore;

/// <summary>
/// Carries messages between the servers of one application, so that <see cref="IMprpcClients"/> reaches the clients of all of them, results included. Register
/// one as a singleton; without one there is one server. <see cref="MprpcMemoryBackplane"/> connects servers of one process.
/// </summary>
/// <remarks>
/// It publishes bytes, as Redis and NATS do; what they mean is the library's own, the same for all servers of a version. At most once: what is lost is lost,
/// and no server waits for it. To be safe for concurrent use. Whoever can publish here can call the application's clients: it belongs to the servers alone.
/// </remarks>
public interface IMprpcBackplane
{
    /// <summary>Sends a message to all servers that have subscribed to a channel, the sender included if it has.</summary>
    /// <param name="channel">The channel's name: text of up to 1,024 characters, which begins with <c>mprpc:</c>.</param>
    /// <param name="message">The message; the bytes may be reused when the task has ended.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Completes when the message is on its way. Messages of one server reach each subscriber in the order of the calls.</returns>
    ValueTask PublishAsync(string channel, ReadOnlyMemory<byte> message, CancellationToken cancellationToken);

    /// <summary>Subscribes to a channel, until what is returned is disposed.</summary>
    /// <param name="channel">The channel's name.</param>
    /// <param name="handler">Gets each message, whose bytes are valid during the call alone. It returns soon, and throws nothing.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Completes when messages that are published from here on arrive.</returns>
    ValueTask<IAsyncDisposable> SubscribeAsync(string channel, Action<ReadOnlyMemory<byte>> handler, CancellationToken cancellationToken);
}
