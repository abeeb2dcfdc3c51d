using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Mprpc.Client.Diagnostics;
using Mprpc.Connections;

namespace Mprpc.Client.Hosting;

/// <summary>Connects the clients that are to be connected when the application starts.</summary>
internal sealed class ClientStart(IServiceProvider services, IOptionsFactory<MprpcClientOptions> options, IEnumerable<AddedClient> added)
    : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>When everything else has started, and listens: a client may call its own process.</summary>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        (string Name, MprpcConnectAtStart When)[] clients =
            [.. added.Select(client => (client.Name, When(client.Name))).Where(static client => client.Item2 != MprpcConnectAtStart.Never)];

        if (clients.Length == 0 || !await HasServerStartedAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        Exception?[] failures = await Task.WhenAll(clients.Select(client => ConnectAsync(client.Name, client.When, cancellationToken))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();

        switch ((Exception[])[.. failures.OfType<Exception>()])
        {
            case []:
                break;

            case [var single]:
                throw single;

            case var several:
                throw new AggregateException("Clients have not connected at the start.", several);
        }
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static string KeyOf(string name)
        => $"{MprpcClientServiceCollectionExtensions.ConfigurationSection}:{name}:{nameof(MprpcClientOptions.ConnectAtStart)}";

    private MprpcConnectAtStart When(string name)
    {
        try
        {
            // Made for this alone: the client's own are made, as ever, when it is first used.
            return options.Create(name).ConnectAtStart;
        }
        catch (Exception) when (services.GetService<IConfiguration>()?[KeyOf(name)] is null)
        {
            return MprpcConnectAtStart.Never;       // options that cannot be made yet are told when the client is first used
        }
    }

    /// <summary>Has the server of this application listen first, in whichever order they were added.</summary>
    private async Task<bool> HasServerStartedAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<IServerStart>() is not { } server)
        {
            return true;
        }

        try
        {
            await server.ListenAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception)
        {
            return false;       // its own start says so
        }
    }

    /// <returns>Why the start is to fail; null: it is not.</returns>
    private async Task<Exception?> ConnectAsync(string name, MprpcConnectAtStart when, CancellationToken cancellationToken)
    {
        // Off the others: what makes a client is user code in part.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

        try
        {
            await services.GetRequiredKeyedService<MprpcClient>(name).Probe.ConnectInTimeAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (MprpcConnectionException exception)
        {
            string message = $"The client '{name}' has not connected at the start. {exception.Message}";

            if (when == MprpcConnectAtStart.Required)
            {
                return new MprpcConnectionException(
                    $"{message} Is the server running? {KeyOf(name)} (MprpcClientOptions.ConnectAtStart) 'Optional' starts without it.",
                    requestWasSent: false,
                    exception);
            }

            ClientLog.NotConnectedAtStart(services.GetRequiredService<ILoggerFactory>().CreateLogger("Mprpc.Client"), message, exception);
            return null;
        }
        catch (Exception exception)
        {
            return exception;       // a mistake in the options, or the start was given up
        }
    }
}
