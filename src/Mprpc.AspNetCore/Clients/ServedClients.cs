using Microsoft.Extensions.DependencyInjection;

namespace Mprpc.AspNetCore.Clients;

/// <summary>Enters the connections of one endpoint among those that may be called, and tells the observers. Safe for concurrent use.</summary>
internal sealed class ServedClients(IServiceProvider services, MprpcEndpointOptions endpoint)
{
    private readonly PushRules _rules = new(endpoint);
    private readonly ClientRegistry _registry = services.GetRequiredService<ClientRegistry>();
    private readonly ConnectionObservers _observers = services.GetRequiredService<ConnectionObservers>();

    /// <summary>A connection that is about to be made.</summary>
    public ServedClient Begin() => new(_registry, _observers, _rules);
}
