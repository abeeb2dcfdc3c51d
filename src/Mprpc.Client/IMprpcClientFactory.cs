namespace Mprpc.Client;

/// <summary>
/// Makes clients of an application's configuration, as many as it wants: one for each user, for example. Registered by <c>AddMprpcClient</c>, as a singleton.
/// </summary>
/// <remarks>
/// Safe for concurrent use. The injected contracts and the keyed <see cref="MprpcClient"/> are not of it: those are one for the whole application, which
/// disposes them.
/// </remarks>
public interface IMprpcClientFactory
{
    /// <summary>Makes a client with the options of a name. It connects at its first call.</summary>
    /// <param name="name">The name that was given to <c>AddMprpcClient</c>.</param>
    /// <param name="configure">
    /// Changes the options of this client alone, after all else has set them: <see cref="MprpcClientOptions.TokenProvider"/>, for example. Null: as they are.
    /// </param>
    /// <returns>
    /// A new client, with connections of its own. It is the caller's, which disposes it; the application does not. Keep and share it as long as it is called.
    /// </returns>
    /// <exception cref="InvalidOperationException">No client of that name was added, or it has no address.</exception>
    /// <exception cref="ArgumentException">An option, or the address, is not valid.</exception>
    MprpcClient CreateClient(string name, Action<MprpcClientOptions>? configure = null);
}
