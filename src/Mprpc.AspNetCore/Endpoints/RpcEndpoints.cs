using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Configuration;
using Mprpc.AspNetCore.WebSockets;
using Mprpc.Transports;

namespace Mprpc.AspNetCore.Endpoints;

/// <summary>The endpoints that <c>MapMprpcService</c> has collected, and those of the configuration.</summary>
internal sealed class RpcEndpoints(IConfiguration configuration)
{
    private readonly List<RpcEndpoint> _endpoints = [];
    private readonly Dictionary<string, MprpcEndpointOptions> _configured = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<WebSocketEndpoint> _webSockets = [];
    private readonly List<string> _failures = [];
    private bool _isStarted;

    /// <summary>The endpoints on the application's HTTP addresses.</summary>
    public IReadOnlyList<WebSocketEndpoint> WebSockets => _webSockets;

    /// <summary>Hands the endpoints to the listener; from here on none can be added.</summary>
    /// <exception cref="OptionsValidationException">The configuration has endpoints that cannot be meant.</exception>
    public IReadOnlyList<RpcEndpoint> Start()
    {
        _isStarted = true;

        foreach (IConfigurationSection section in configuration.GetSection(ConfiguredEndpoint.Sections).GetChildren()
            .Where(section => !_configured.ContainsKey(section.Key)))
        {
            AddConfigured(section);
        }

        return _failures.Count == 0 ? _endpoints : throw new OptionsValidationException(ConfiguredEndpoint.Sections, typeof(MprpcEndpointOptions), _failures);
    }

    /// <summary>
    /// The options of the endpoint at an address, however it is written; several services may share one, but each port 0 is a port of its own.
    /// </summary>
    /// <exception cref="InvalidOperationException">The application has started, or the address is mapped with and without TLS.</exception>
    public MprpcEndpointOptions GetOrAdd(RpcAddress address, bool isPortOnly)
    {
        CheckNotStarted(address.ToString());
        RpcEndpoint? endpoint = _endpoints.Find(known => known.IsAt(address));

        if (endpoint is null)
        {
            endpoint = new RpcEndpoint(address, isPortOnly, new MprpcEndpointOptions { Origin = address.ToString() });
            _endpoints.Add(endpoint);
        }
        else if (endpoint.Address.IsTls != address.IsTls)
        {
            throw new InvalidOperationException(
                $"'{address}' and '{endpoint.Address}' are one address, once with TLS and once without. Map all its services with the same url.");
        }

        return endpoint.Options;
    }

    /// <summary>The options of an endpoint of the configuration.</summary>
    /// <exception cref="InvalidOperationException">The application has started.</exception>
    /// <exception cref="ArgumentException">The configuration has no such endpoint.</exception>
    public MprpcEndpointOptions GetOrAdd(string name)
    {
        CheckNotStarted(name);

        if (_configured.TryGetValue(name, out MprpcEndpointOptions? options))
        {
            return options;
        }

        IConfigurationSection section = configuration.GetSection($"{ConfiguredEndpoint.Sections}:{name}");

        if (name.Contains(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal) || !section.Exists())
        {
            string[] known = [.. configuration.GetSection(ConfiguredEndpoint.Sections).GetChildren().Select(child => child.Key)];
            throw new ArgumentException(
                $"'{name}' is neither an address nor an endpoint of the configuration. {RpcAddress.Allowed} {(known.Length == 0
                    ? $"The configuration has no endpoints: set {ConfiguredEndpoint.Sections}:NAME:{ConfiguredEndpoint.Url}."
                    : $"The configuration's endpoints are {string.Join(", ", known)}.")}",
                nameof(name));
        }

        return AddConfigured(section);
    }

    public void Add(WebSocketEndpoint endpoint)
    {
        CheckNotStarted(endpoint.Options.Origin);
        _webSockets.Add(endpoint);
    }

    private MprpcEndpointOptions AddConfigured(IConfigurationSection section)
    {
        var options = new MprpcEndpointOptions();
        _configured.Add(section.Key, options);

        if (ConfiguredEndpoint.Read(section, options, _failures) is not { } address)
        {
            return options;
        }

        if (_endpoints.Find(endpoint => endpoint.IsAt(address)) is { } other)
        {
            _failures.Add(
                $"{section.Path}:{ConfiguredEndpoint.Url} is {address}, where {other.Options.Origin} listens already. "
                + "Give one of them another port, or map the services of both to the "
                + $"endpoint by its name: app.MapMprpcService<T>(\"{section.Key}\").");
        }

        _endpoints.Add(new RpcEndpoint(address, isPortOnly: false, options));
        return options;
    }

    private void CheckNotStarted(string what)
    {
        if (_isStarted)
        {
            throw new InvalidOperationException(
                $"'{what}' was mapped after the application had started. Call MapMprpcService before app.Run() or app.StartAsync().");
        }
    }
}
