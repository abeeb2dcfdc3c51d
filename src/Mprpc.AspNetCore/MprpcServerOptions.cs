using Mprpc.Dispatch;

namespace Mprpc.AspNetCore;

/// <summary>
/// How the server serves; set in <c>AddMprpc(options => ...)</c>, or in configuration under <c>Mprpc</c>. Read at start-up; <see cref="Limits"/> again when the
/// configuration changes.
/// </summary>
public sealed class MprpcServerOptions
{
    /// <summary>What a connection may demand.</summary>
    public MprpcServerLimits Limits { get; } = new();

    /// <summary>How peers log in, and what they may before they have.</summary>
    public MprpcAuthenticationOptions Authentication { get; } = new();

    /// <summary>
    /// Whether the listeners that were mapped are opened. Default null: they are, except where the application's server is a TestServer
    /// (WebApplicationFactory), whose tests connect in memory. True: always; false: never.
    /// </summary>
    public bool? Listen { get; set; }

    /// <summary>
    /// How long the server goes on to accept and to serve after it has been told to stop, and has turned unhealthy: the time that a load balancer needs to see
    /// that, and to send nothing more. Default zero: listeners close at once. It is part of <c>HostOptions.ShutdownTimeout</c> (30 s by default), and must be
    /// shorter. A further SIGTERM, a second or more after the first, ends it.
    /// </summary>
    public TimeSpan DrainDelay { get; set; }

    /// <summary>
    /// How long a server that stops still serves calls of clients that know the protocol's extensions, after it has asked them to call elsewhere; it runs
    /// beside <see cref="DrainDelay"/>, ends as soon as no such client is left, and takes half the time of the whole stop at most. Default 5 s; zero: they are
    /// not waited for. See docs/lifecycle.md.
    /// </summary>
    public TimeSpan GoAwayGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How often a server that has a backplane (<see cref="IMprpcBackplane"/>) tells the others that it is there. Default 2 s. One of which nothing was heard
    /// for three times as long is taken for dead: whoever waits for answers of its clients goes on.
    /// </summary>
    public TimeSpan BackplaneHeartbeat { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Whether a caller is told the type and message of any exception. Default: in the Development environment only; elsewhere it is told "Internal error.",
    /// except by <see cref="MprpcException"/> and mapped exceptions, whose message is meant for it. Leave it off in production: messages tell strangers of the
    /// inside.
    /// </summary>
    public bool EnableDetailedErrors { get; set; }

    /// <summary>
    /// How long a call may take; then its <see cref="CancellationToken"/> is cancelled and its caller answered with the error "timeout". Default null: for
    /// ever. <c>WithTimeout</c> and <see cref="MprpcMethodAttribute.TimeoutMilliseconds"/> set it for a service or a method.
    /// </summary>
    public TimeSpan? CallTimeout { get; set; }

    /// <summary>
    /// The rate limiter policy (AddRateLimiter) that each call takes a permit of, calls of unknown methods included. Default null: none. Endpoints, services
    /// (<c>RequireRateLimiting</c>, [EnableRateLimiting]) and methods may name another, or none ([DisableRateLimiting]). A call beyond it is answered with the
    /// error "rate_limited".
    /// </summary>
    public string? RateLimitingPolicy { get; set; }

    /// <summary>Whether what is logged during a call carries connection id, method and msgid as a log scope. Default false: it costs each call.</summary>
    public bool IncludeLogScopes { get; set; }

    /// <summary>How C# method names become names on the wire. Default <see cref="MprpcNamingPolicy.SnakeCase"/>.</summary>
    public MprpcNamingPolicy NamingPolicy { get; set; }

    /// <summary>How values become MessagePack and back. Default <see cref="MprpcSerializerOptions.Default"/>.</summary>
    public MprpcSerializerOptions Serializer { get; set; } = MprpcSerializerOptions.Default;

    internal List<IMprpcFilter> Filters { get; } = [];

    internal ExceptionMap Exceptions { get; } = new();

    /// <summary>Answers calls that throw such an exception with its message, which is thereby meant for callers, and a code.</summary>
    /// <typeparam name="TException">The exception; of several that fit, the most derived type counts.</typeparam>
    /// <param name="code">A short, stable name of the error for programs.</param>
    /// <returns>These options.</returns>
    public MprpcServerOptions MapException<TException>(string code)
        where TException : Exception
    {
        ArgumentException.ThrowIfNullOrEmpty(code);
        return MapException<TException>(exception => new MprpcException(exception.Message, code));
    }

    /// <summary>Answers calls that throw such an exception as if they had thrown what this makes of it.</summary>
    /// <typeparam name="TException">The exception; of several that fit, the most derived type counts.</typeparam>
    /// <param name="map">Makes the error that the caller is told. Runs on any thread; where it throws itself, the caller is told "Internal error."</param>
    /// <returns>These options.</returns>
    public MprpcServerOptions MapException<TException>(Func<TException, MprpcException> map)
        where TException : Exception
    {
        ArgumentNullException.ThrowIfNull(map);
        Exceptions.Add(map);
        return this;
    }
}
