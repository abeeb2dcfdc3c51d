using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Mprpc.Client;

/// <summary>Makes clients that are their callers'.</summary>
/// <param name="options">Makes the options of a name anew each time.</param>
/// <param name="added">The clients that the application has.</param>
/// <param name="services">Have the configuration, if there is one.</param>
internal sealed class MprpcClientFactory(IOptionsFactory<MprpcClientOptions> options, IEnumerable<AddedClient> added, IServiceProvider services)
    : IMprpcClientFactory
{
    private readonly HashSet<string> _names = [.. added.Select(client => client.Name)];

    public MprpcClient CreateClient(string name, Action<MprpcClientOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);

        AddedClient.Find(_names, name);
        MprpcClientOptions chosen = options.Create(name);
        configure?.Invoke(chosen);
        return MprpcClientServiceCollectionExtensions.Create(services, name, chosen);
    }
}
