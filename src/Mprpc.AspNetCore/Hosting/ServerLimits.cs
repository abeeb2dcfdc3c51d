using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Mprpc.AspNetCore.Diagnostics;

namespace Mprpc.AspNetCore.Hosting;

/// <summary>Works out the limits of each endpoint, and again when the configuration has changed.</summary>
/// <remarks>
/// Not by <see cref="IOptionsMonitor{TOptions}"/>: that throws into whoever changed the configuration where the new values are wrong. Here wrong values are logged, and the old stay.
/// </remarks>
internal sealed class ServerLimits : IDisposable
{
    private const string LimitsSection = "Limits";

    private readonly Lock _gate = new();
    private readonly IOptions<MprpcServerOptions> _first;
    private readonly IOptionsFactory<MprpcServerOptions> _factory;
    private readonly ILogger _logger;
    private readonly IDisposable _registration;
    private readonly List<EndpointLimits> _endpoints = [];
    private MprpcServerOptions? _options;       // not read in the constructor: there, wrong options would fail the making of the host's services

    public ServerLimits(IOptions<MprpcServerOptions> options, IOptionsFactory<MprpcServerOptions> factory, IConfiguration configuration, ILoggerFactory loggers)
    {
        _first = options;
        _factory = factory;
        _logger = loggers.CreateLogger("Mprpc.Server");
        _registration = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    /// <summary>The limits of an endpoint as they are now, and will be.</summary>
    /// <exception cref="OptionsValidationException">A limit is out of its range.</exception>
    public EndpointLimits For(MprpcEndpointOptions endpoint)
    {
        lock (_gate)
        {
            var limits = new EndpointLimits(endpoint, Compute(endpoint));
            _endpoints.Add(limits);
            return limits;
        }
    }

    public void Dispose() => _registration.Dispose();

    private void Reload()
    {
        lock (_gate)
        {
            MprpcServerOptions? before = _options;

            try
            {
                _options = _factory.Create(Options.DefaultName);
                MprpcServerLimits[] limits = [.. _endpoints.Select(endpoint => Compute(endpoint.Endpoint))];

                for (int i = 0; i < limits.Length; i++)
                {
                    if (_endpoints[i].Set(limits[i]))
                    {
                        ServerLog.LimitsChanged(_logger, _endpoints[i].Endpoint.Origin);
                    }
                }
            }
            catch (Exception exception)
            {
                // Whatever is wrong, a value or what user code makes of it: the connections go on as before.
                _options = before;
                ServerLog.LimitsNotChanged(_logger, exception.Message, exception);
            }
        }
    }

    private MprpcServerLimits Compute(MprpcEndpointOptions endpoint)
    {
        _options ??= _first.Value;
        MprpcServerLimits limits = _options.Limits.Clone();
        endpoint.Section?.GetSection(LimitsSection).Bind(limits);
        endpoint.Limits?.Invoke(limits);

        string place = endpoint.Section is null ? $"{endpoint.Origin}: ConfigureLimits: " : $"{endpoint.Section.Path}:{LimitsSection}:";
        List<string> failures = LimitsValidator.Validate(limits, limit => place + limit);

        Refuse(limits.MaxCallsInFlight != _options.Limits.MaxCallsInFlight, nameof(limits.MaxCallsInFlight));
        Refuse(limits.MaxUnsentAnswerBytesTotal != _options.Limits.MaxUnsentAnswerBytesTotal, nameof(limits.MaxUnsentAnswerBytesTotal));
        Refuse(limits.MaxConnections != _options.Limits.MaxConnections, nameof(limits.MaxConnections));
        return failures.Count == 0 ? limits : throw new OptionsValidationException(LimitsSection, typeof(MprpcServerLimits), failures);

        void Refuse(bool isSet, string limit)
        {
            if (isSet)
            {
                failures.Add($"{place}{limit} is set; it is a limit of the whole server. Set Mprpc:Limits:{limit}.");
            }
        }
    }
}
