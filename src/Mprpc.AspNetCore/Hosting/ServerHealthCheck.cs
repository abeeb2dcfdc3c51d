using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Mprpc.AspNetCore.Hosting;

/// <summary>Whether the server serves: healthy from the end of its start to the moment the host begins to stop.</summary>
internal sealed class ServerHealthCheck(RpcServer server, IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // The host says that it stops before it tells the server.
        bool isStopping = lifetime.ApplicationStopping.IsCancellationRequested;
        var data = new Dictionary<string, object> { ["connections"] = server.ConnectionCount, ["runningCalls"] = server.RunningCallCount };

        return Task.FromResult(server.IsReady && !isStopping
            ? HealthCheckResult.Healthy("The MessagePack-RPC server serves.", data)
            : new HealthCheckResult(
                context.Registration.FailureStatus,
                isStopping ? "The application is stopping." : "The MessagePack-RPC server has not started, or has stopped.",
                data: data));
    }
}
