using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Mprpc.Client.Hosting;

/// <summary>Whether a client of the application can call its server.</summary>
/// <param name="services">Have the client.</param>
/// <param name="nameOf">Finds its name; throws where there is none.</param>
internal sealed class ClientHealthCheck(IServiceProvider services, Func<IServiceProvider, string> nameOf) : IHealthCheck
{
    // What the check itself finds out in time says more than "A timeout occurred".
    private static readonly TimeSpan s_mostForTheReason = TimeSpan.FromMilliseconds(100);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        HealthStatus failure = context.Registration.FailureStatus;
        string client;
        ClientProbe probe;

        try
        {
            string name = nameOf(services);
            client = $"The client '{name}'";
            probe = services.GetRequiredKeyedService<MprpcClient>(name).Probe;
        }
        catch (Exception exception)
        {
            return new HealthCheckResult(failure, exception.Message, exception);
        }

        TimeSpan timeout = context.Registration.Timeout;
        using var late = new CancellationTokenSource(TimeToLook(timeout), probe.Clock);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        HealthStatus status;
        string description;
        Exception? reason = null;

        try
        {
            ProbeResult result = await probe.LookAsync(ends.Token).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            (status, description) = Judge(result, client, probe.Address, failure, timeout);
            reason = status == HealthStatus.Healthy ? null : result.Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;      // whoever asked wants no answer any more
        }
        catch (OperationCanceledException exception)
        {
            (status, reason) = (failure, exception);
            description = $"{client} has not connected to {probe.Address} within the check's {timeout.TotalMilliseconds:N0} ms. Is the server reachable? "
                + "Raise the check's timeout if it is only slow.";
        }
        catch (Exception exception)
        {
            (status, reason) = (failure, exception);
            description = $"{client} cannot call: {exception.Message}";
        }

        return new HealthCheckResult(
            status,
            description,
            reason,
            new Dictionary<string, object> { ["connections"] = probe.Connections, ["callsInFlight"] = probe.CallsInFlight });
    }

    private static (HealthStatus Status, string Description) Judge(
        in ProbeResult result, string client, string address, HealthStatus failure, TimeSpan timeout)
        => result switch
        {
            { NextAttempt: { } next } => (failure,
                $"{client} is not connected to {address}, and the last attempt has failed: "
                + $"{result.Failure?.Message ?? "the server has closed the connection before it sent anything."} "
                + $"The next one is made in {next.TotalMilliseconds:N0} ms at the earliest. Is the server running?"),
            { Answered: 0, Leaving: 0 } => (failure,
                $"{client} is connected to {address}, which does not answer: {WhyOf(result, timeout)} Does the server hang, or the network lose what is sent?"),
            { Leaving: > 0 } => (HealthStatus.Degraded,
                $"{client} is connected to {address}, which stops and asks for calls to be made elsewhere. They fail when it has stopped, unless another "
                + "server takes its place."),
            _ when result.Answered < result.Asked => (HealthStatus.Degraded,
                $"{client} is connected to {address}, but {result.Asked - result.Answered:N0} of {result.Asked:N0} connections do not answer: "
                + $"{WhyOf(result, timeout)} Calls over the others go on."),
            { Failure: { } reason } => (HealthStatus.Degraded,
                $"{client} is connected to {address}, but could not make a further connection: {reason.Message} Calls share those that are there."),
            _ => (HealthStatus.Healthy, $"{client} is connected to {address}."),
        };

    private static string WhyOf(in ProbeResult result, TimeSpan timeout)
        => result.Failure switch
        {
            null => "the connection was closed as soon as it was made.",
            OperationCanceledException => $"'$/ping' was not answered within the check's {timeout.TotalMilliseconds:N0} ms.",
            var failure => failure.Message,
        };

    private static TimeSpan TimeToLook(TimeSpan timeout)
        => timeout <= TimeSpan.Zero ? timeout : timeout - (timeout / 10 < s_mostForTheReason ? timeout / 10 : s_mostForTheReason);
}
