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

    /// <summary>
    /// Cancelled when the caller no longer wants the answer, when the call's time is up, or when the connection is lost; once. Code that runs on
    /// cancellation may run on the connection's read loop, and should not block.
    /// </summary>
    public abstract CancellationToken CancellationToken { get; }

    /// <summary>What the caller has sent besides the arguments; never null, and empty from callers that send none. It cannot be changed.</summary>
    /// <remarks>It is what the peer says, and no proof of who the peer is.</remarks>
    public abstract MprpcMetadata Metadata { get; }

    /// <summary>
    /// When the call's time is up, by the server's clock: the caller's timeout or the method's own, whichever ends sooner. Null: never. The caller's timeout
    /// counts from the moment at which the call was read, so that no clocks are compared.
    /// </summary>
    public abstract DateTimeOffset? Deadline { get; }

    /// <summary>What is left until <see cref="Deadline"/>, zero at least; <see cref="Timeout.InfiniteTimeSpan"/> without one.</summary>
    public abstract TimeSpan TimeLeft { get; }

    /// <summary>Cancelled when the server begins to stop, while calls still have time to end. A client's own methods are never told.</summary>
    public abstract CancellationToken Draining { get; }

    /// <summary>The connection that the call came over.</summary>
    public abstract MprpcConnection Connection { get; }

    /// <summary>Data that filters and the method share.</summary>
    public abstract IDictionary<object, object?> Items { get; }
}
