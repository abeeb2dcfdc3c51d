using System.ComponentModel;

namespace Mprpc.Contracts;

/// <summary>What a generated proxy calls through: a client, or one connection. For generated code.</summary>
/// <remarks>
/// A call is <see cref="BeginCall"/>, the method's name and an array of its arguments written, then one of the sending methods. A writer whose writing threw is simply dropped.
/// Safe for concurrent use.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class MprpcCallInvoker
{
    /// <summary>Gives a writer for one call: the name of the method, then an array of the arguments.</summary>
    public abstract MprpcWriter BeginCall();

    /// <summary>Sends a request and reads its result.</summary>
    /// <typeparam name="T">The type to read the result as.</typeparam>
    /// <param name="method">The method's wire name, for errors, logs and metrics; the request has it already.</param>
    /// <param name="request">What <see cref="BeginCall"/> gave; belongs to the invoker from here on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract ValueTask<T> CallAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken);

    /// <summary>Sends a request whose result is read over.</summary>
    /// <param name="method">The method's wire name, for errors, logs and metrics; the request has it already.</param>
    /// <param name="request">What <see cref="BeginCall"/> gave; belongs to the invoker from here on.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract ValueTask CallAsync(string method, MprpcWriter request, CancellationToken cancellationToken);

    /// <summary>Sends a notification: nobody waits for it, and what the peer makes of it is not known.</summary>
    /// <param name="method">The method's wire name, for errors, logs and metrics; the notification has it already.</param>
    /// <param name="notification">What <see cref="BeginCall"/> gave; belongs to the invoker from here on.</param>
    /// <exception cref="MprpcConnectionException">The connection is closed; nothing was sent.</exception>
    public abstract void Notify(string method, MprpcWriter notification);
}
