using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Mprpc.AspNetCore.Configuration;
using Mprpc.AspNetCore.Diagnostics;

namespace Mprpc.AspNetCore.Limits;

/// <summary>
/// Works out the limits of the server and of each endpoint, and again when the configuration has changed, or another source of the options has told a change;
/// says what of it has no effect.
/// </summary>
/// <remarks>
/// Not by <see cref="IOptionsMonitor{TOptions}"/>: that throws into whoever changed the configuration where the new values are wrong. Here wrong values are
/// logged, and the old stay.
/// </remarks>
internal sealed class ServerLimits : IDisposable
{
    private readonly Lock _gate = new();
    private readonly IOptions<MprpcServerOptions> _first;
    private readonly IOptionsFactory<MprpcServerOptions> _factory;
    private readonly IServiceProvider _services;
    private readonly IConfiguration _configuration;
    private readonly ILogger _logger;
    private readonly ConfigurationFiles _files;
    private readonly SettingsOfTheStart _settings;
    private readonly bool _hadSection;
    private readonly IDisposable _registration;
    private readonly List<EndpointLimits> _endpoints = [];
    private readonly HashSet<string> _gone = new(StringComparer.OrdinalIgnoreCase);     // sections that were told to be
    private MprpcServerOptions? _options;       // not read in the constructor: there, wrong options would fail the making of the host's services

    public ServerLimits(
        IOptions<MprpcServerOptions> options,
        IOptionsFactory<MprpcServerOptions> factory,
        IEnumerable<IOptionsChangeTokenSource<MprpcServerOptions>> sources,
        IServiceProvider services,
        IConfiguration configuration,
        ILoggerFactory loggers)
    {
        _services = services;
        _first = options;
        _factory = factory;
        _configuration = configuration;
        _logger = loggers.CreateLogger("Mprpc.Server");
        _files = new ConfigurationFiles(
            configuration, (file, exception) => ServerLog.FileNotRead(_logger, file, exception.InnerException?.Message ?? exception.Message));
        _settings = new SettingsOfTheStart(configuration);
        _hadSection = configuration.GetSection(ConfigurationKeys.Root).Exists();

        // One token for all: a source that is of the same configuration would have it read twice.
        IOptionsChangeTokenSource<MprpcServerOptions>[] others = [.. sources.Where(static source => source.Name is null || source.Name == Options.DefaultName)];
        _registration = ChangeToken.OnChange(
            () => new CompositeChangeToken([configuration.GetReloadToken(), .. others.Select(static source => source.GetChangeToken())]),
            Reload);
    }

    /// <summary>The limits of an endpoint as they are now, and will be.</summary>
    /// <exception cref="OptionsValidationException">A limit is out of its range.</exception>
    public EndpointLimits For(MprpcEndpointOptions endpoint)
    {
        lock (_gate)
        {
            var limits = new EndpointLimits(endpoint, Compute(endpoint, _options ??= _first.Value));
            _endpoints.Add(limits);
            return limits;
        }
    }

    public void Dispose()
    {
        _registration.Dispose();
        _files.Dispose();
    }

    private void Reload()
    {
        lock (_gate)
        {
            try
            {
                if (_files.FindUnread() is { } file)
                {
                    throw new InvalidDataException($"{file} cannot be read.");
                }

                if (!(_hadSection && IsGone(_configuration.GetSection(ConfigurationKeys.Root))))
                {
                    Apply();
                }
            }
            catch (Exception exception)
            {
                // Whatever is wrong, a value or what user code makes of it: the connections go on as before.
                ServerLog.LimitsNotChanged(_logger, exception.Message, exception);
            }
        }
    }

    private void Apply()
    {
        CheckEndpoints();
        MprpcServerOptions options = _factory.Create(Options.DefaultName);
        EndpointLimits[] present = [.. _endpoints.Where(endpoint => endpoint.Endpoint.Section is not { } section || !IsGone(section))];
        MprpcServerLimits[] limits = [.. present.Select(endpoint => Compute(endpoint.Endpoint, options))];
        _options = options;
        TotalLimits totals = _services.GetRequiredService<TotalLimits>();

        if (totals.Set(options.Limits) is { } changes)
        {
            ServerLog.TotalLimitsChanged(_logger, changes);
        }

        for (int i = 0; i < limits.Length; i++)
        {
            if (present[i].Set(limits[i]))
            {
                ServerLog.LimitsChanged(_logger, present[i].Endpoint.Origin);
            }
        }

        if (_settings.DescribeChanges(totals.CountsConnections) is { } keys)
        {
            ServerLog.SettingsNotReloaded(_logger, keys);
        }
    }

    /// <summary>Whether a section that was there has been removed, which is told once: what it said must not be taken for defaults.</summary>
    private bool IsGone(IConfigurationSection section)
    {
        if (section.Exists())
        {
            _gone.Remove(section.Path);
            return false;
        }

        if (_gone.Add(section.Path))
        {
            ServerLog.SectionGone(_logger, section.Path);
        }

        return true;
    }

    /// <summary>As at the start.</summary>
    private void CheckEndpoints()
    {
        List<string> failures = [];

        foreach (IConfigurationSection section in _configuration.GetSection(ConfiguredEndpoint.Sections).GetChildren())
        {
            ConfiguredEndpoint.Read(section, new MprpcEndpointOptions(), failures);
        }

        if (failures.Count > 0)
        {
            throw new OptionsValidationException(ConfiguredEndpoint.Sections, typeof(MprpcEndpointOptions), failures);
        }
    }

    private static MprpcServerLimits Compute(MprpcEndpointOptions endpoint, MprpcServerOptions options)
    {
        MprpcServerLimits limits = options.Limits.Clone();
        endpoint.Section?.GetSection(ConfigurationKeys.Limits).Bind(limits);
        endpoint.Limits?.Invoke(limits);

        string place = endpoint.Section is null ? $"{endpoint.Origin}: ConfigureLimits: " : $"{endpoint.Section.Path}:{ConfigurationKeys.Limits}:";
        List<string> failures = LimitsValidator.Validate(limits, limit => place + limit);

        Refuse(limits.MaxCallsInFlight != options.Limits.MaxCallsInFlight, nameof(limits.MaxCallsInFlight));
        Refuse(limits.MaxUnsentAnswerBytesTotal != options.Limits.MaxUnsentAnswerBytesTotal, nameof(limits.MaxUnsentAnswerBytesTotal));
        Refuse(limits.MaxStreamBytesTotal != options.Limits.MaxStreamBytesTotal, nameof(limits.MaxStreamBytesTotal));
        Refuse(limits.MaxConnections != options.Limits.MaxConnections, nameof(limits.MaxConnections));
        return failures.Count == 0 ? limits : throw new OptionsValidationException(ConfigurationKeys.Limits, typeof(MprpcServerLimits), failures);

        void Refuse(bool isSet, string limit)
        {
            if (isSet)
            {
                failures.Add($"{place}{limit} is set; it is a limit of the whole server. Set Mprpc:Limits:{limit}.");
            }
        }
    }
}
