using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Mprpc.Client;
using Mprpc.Client.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds clients of MessagePack-RPC to the application's health checks.</summary>
[SuppressMessage("ApiDesign", "RS0026", Justification = "One of the overloads is generic, the other is not: no call can mean both.")]
public static class MprpcClientHealthChecksBuilderExtensions
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds a check of a client that <c>AddMprpcClient</c> has added: healthy if it has a connection, or can make one, and the server answers <c>$/ping</c>
    /// (a server without the extensions counts by its connection); degraded if the server says that it stops, if some of several connections do not answer, or
    /// if a further one could not be made; else it has failed.
    /// </summary>
    /// <param name="builder">The application's health checks.</param>
    /// <param name="client">The client's name, as given to <c>AddMprpcClient</c>, before or after this.</param>
    /// <param name="name">The check's name. Null: <c>mprpc-</c> and the client's.</param>
    /// <param name="failureStatus">What it reports when the server cannot be called. Null: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to choose checks by, such as <c>ready</c>. Null: none.</param>
    /// <param name="timeout">
    /// How long it may take. Null: 5 s. <see cref="Timeout.InfiniteTimeSpan"/>: as long as the client's <see cref="MprpcClientOptions.ConnectTimeout"/> and
    /// <see cref="MprpcClientOptions.HeartbeatTimeout"/> allow.
    /// </param>
    /// <returns>The health checks.</returns>
    /// <exception cref="ArgumentException">The client's name is empty.</exception>
    /// <remarks>
    /// The check makes one connection at most, which the next call uses, keeps the client's delays between attempts (<see cref="MprpcReconnectOptions"/>), and
    /// shares an attempt with checks that run beside it: frequent probes do not dial more. It belongs to readiness, if to anything: a process should not be
    /// killed because another one is not there. Its data has <c>connections</c> and <c>callsInFlight</c>.
    /// </remarks>
    public static IHealthChecksBuilder AddMprpcClient(
        this IHealthChecksBuilder builder,
        string client,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(client);
        return builder.Add(new HealthCheckRegistration(
            name ?? $"mprpc-{client}",
            services => new ClientHealthCheck(services, provider => AddedClient.Find(provider, client)),
            failureStatus,
            tags,
            timeout ?? s_timeout));
    }

    /// <summary>
    /// Adds a check of the client of a contract; see
    /// <see cref="AddMprpcClient(IHealthChecksBuilder, string, string, HealthStatus?, IEnumerable{string}, TimeSpan?)"/>.
    /// </summary>
    /// <typeparam name="T">The contract. If several clients have it, the one that is injected: the last that was added.</typeparam>
    /// <param name="builder">The application's health checks.</param>
    /// <param name="name">The check's name. Null: <c>mprpc-</c> and the name of the contract's type.</param>
    /// <param name="failureStatus">What it reports when the server cannot be called. Null: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to choose checks by, such as <c>ready</c>. Null: none.</param>
    /// <param name="timeout">How long it may take. Null: 5 s.</param>
    /// <returns>The health checks.</returns>
    public static IHealthChecksBuilder AddMprpcClient<T>(
        this IHealthChecksBuilder builder,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name ?? $"mprpc-{typeof(T).Name}",
            static services => new ClientHealthCheck(services, AddedContract.Find<T>),
            failureStatus,
            tags,
            timeout ?? s_timeout));
    }
}
