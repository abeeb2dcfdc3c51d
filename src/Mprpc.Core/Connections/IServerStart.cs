namespace Mprpc.Connections;

/// <summary>The server of the same application, for clients that connect when the application starts: they may call it.</summary>
internal interface IServerStart
{
    /// <summary>Listens, unless it does; of a server that does not listen at all, completes at once.</summary>
    Task ListenAsync(CancellationToken cancellationToken);
}
