using System.Security.Claims;

namespace Mprpc;

/// <summary>The call that a service method runs for; take it as a parameter.</summary>
/// <remarks>Valid until the method has ended. Not safe for concurrent use.</remarks>
public abstract class MprpcCallContext
{
    private protected MprpcCallContext()
    {
    }

    /// <summary>The wire name that the peer called.</summary>
    public abstract string Method { get; }

    /// <summary>The number that the peer gave the request, from -2^31 to 2^32-1; null for a notification.</summary>
    public abstract long? MessageId { get; }

    /// <summary>Whether the peer expects no answer.</summary>
    public bool IsNotification => MessageId is null;

    /// <summary>
    /// Who calls, as of the moment when the call came; never null. It is this call's own: what is changed on it, no other call gets to see. (A principal of a
    /// class of your own is copied by its <see cref="ClaimsPrincipal.Clone"/>, where that returns one of the same class; else all calls of the login share it.)
    /// </summary>
    public abstract ClaimsPrincipal User { get; }

    /// <summary>The services of this call: a scope of its own, disposed after the answer has been written.</summary>
    public abstract IServiceProvider Services { get; }

    /// <summary>Cancelled when the connection is lost.</summary>
    public abstract CancellationToken CancellationToken { get; }

    /// <summary>The connection that the call came over.</summary>
    public abstract MprpcConnection Connection { get; }

    /// <summary>Data that filters and the method share.</summary>
    public abstract IDictionary<object, object?> Items { get; }
}
