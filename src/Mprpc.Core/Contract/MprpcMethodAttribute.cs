namespace Mprpc;

/// <summary>Sets how one method is published.</summary>
/// <param name="name"> The method's name on the wire, as it is, without the service's prefix or the naming policy; null keeps the name that they give.
/// </param>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class MprpcMethodAttribute(string? name = null) : Attribute
{
    /// <summary>The method's name on the wire, or null where the naming policy makes it from the C# name.</summary>
    public string? Name { get; } = name;

    /// <summary>
    /// How long a call of the method may take on the server, in milliseconds; then its <see cref="CancellationToken"/> is cancelled and the caller is answered
    /// with the error "timeout". Default 0: what the mapping or the server says.
    /// </summary>
    public int TimeoutMilliseconds { get; set; }

    /// <summary>
    /// How many calls of the method may run at once on the server; further ones are answered with the error "busy". Default 0: no limit of its own.
    /// </summary>
    public int MaxConcurrentCalls { get; set; }

    /// <summary>
    /// Whether the method may run twice for one call without harm: a client whose call was lost with its connection, so that it may have run, makes it again
    /// (<see cref="MprpcCallOptions.Idempotent"/>). Read on the contract that the client calls; of no effect on the server, nor for methods with streams.
    /// Default false.
    /// </summary>
    public bool Idempotent { get; set; }
}
