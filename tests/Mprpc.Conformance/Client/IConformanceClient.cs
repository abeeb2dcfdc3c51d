namespace Mprpc.Conformance.Client;

/// <summary>The client under test, as the C cases see it.</summary>
public interface IConformanceClient : IAsyncDisposable
{
    /// <summary>Whether it has a connection it would use for the next call.</summary>
    bool IsConnected { get; }

    /// <summary>Connects, or gets ready to connect at the first call.</summary>
    /// <param name="url">tcp://127.0.0.1:port.</param>
    /// <param name="profile">The options the case needs.</param>
    ValueTask ConnectAsync(string url, ClientProfile profile, CancellationToken cancellationToken);

    /// <summary>Calls; never throws for what a server does. The request's msgid is taken before the first await.</summary>
    Task<ClientOutcome> CallAsync(string method, IReadOnlyList<object?> arguments, CancellationToken cancellationToken);

    /// <summary>Reads a result as a stream, whose items are the outcome's value as one array; never throws for what a server does.</summary>
    /// <param name="take">After how many items it stops; null: at the end.</param>
    Task<ClientOutcome> StreamAsync(string method, IReadOnlyList<object?> arguments, int? take, CancellationToken cancellationToken);

    /// <summary>Calls with a stream as the only argument; never throws for what a server does.</summary>
    Task<ClientOutcome> FeedAsync(string method, IAsyncEnumerable<int> items, CancellationToken cancellationToken);

    /// <summary>Makes this the next call's msgid, unless it is in use; false where the client has no such hook (the case is skipped).</summary>
    bool TrySetNextMessageId(uint messageId);
}
