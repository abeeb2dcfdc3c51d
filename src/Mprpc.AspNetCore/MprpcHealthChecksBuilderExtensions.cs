using Microsoft.Extensions.Diagnostics.HealthChecks;
using Mprpc.AspNetCore.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the MessagePack-RPC server to the application's health checks.</summary>
public static class MprpcHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check that is healthy while the server serves: not before its start, and no more from the moment the host begins to stop, so that a readiness
    /// probe turns first. <c>MprpcServerOptions.DrainDelay</c> is the time between that and the closing of the listeners.
    /// </summary>
    /// <param name="builder">The application's health checks.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">What it reports when the server does not serve. Null: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to choose checks by, such as <c>ready</c>. Null: none.</param>
    /// <returns>The health checks.</returns>
    /// <remarks>It belongs to readiness, not to liveness: a process that is stopping should not be killed for it.</remarks>
    public static IHealthChecksBuilder AddMprpc(
        this IHealthChecksBuilder builder, string name = "mprpc", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddMprpc();
        return builder.Add(new HealthCheckRegistration(name, ActivatorUtilities.GetServiceOrCreateInstance<ServerHealthCheck>, failureStatus, tags));
    }
}
