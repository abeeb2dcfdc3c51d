using Microsoft.Extensions.Configuration;

namespace Mprpc.AspNetCore.Configuration;

/// <summary>The settings that are read at the start alone, so that a change of one can be told. Not safe for concurrent use.</summary>
internal sealed class SettingsOfTheStart
{
    private const int MaxNames = 20;
    private const int PartsOfEndpoint = 3;      // Mprpc:Endpoints:NAME

    private readonly IConfiguration _configuration;
    private readonly Dictionary<string, string> _running;
    private Dictionary<string, string> _lastSeen;

    public SettingsOfTheStart(IConfiguration configuration)
    {
        _configuration = configuration;
        _running = Read();
        _lastSeen = _running;
    }

    /// <summary>The keys whose values have changed since the last time, and are not those that the server runs with.</summary>
    /// <param name="countsConnections">Whether their limit changes while the server runs.</param>
    /// <returns>Their names, without the values, among which are secrets; null where there are none.</returns>
    public string? DescribeChanges(bool countsConnections)
    {
        Dictionary<string, string> now = Read();
        string[] changed =
        [
            .. now.Keys.Union(_lastSeen.Keys, StringComparer.OrdinalIgnoreCase)
                .Where(key => !(countsConnections && Is(key, ConfigurationKeys.MaxConnections)))
                .Where(key => ValueOf(now, key) != ValueOf(_lastSeen, key) && ValueOf(now, key) != ValueOf(_running, key))
                .Select(Shorten)
                .OfType<string>()
                .Distinct(StringComparer.OrdinalIgnoreCase),
        ];
        _lastSeen = now;
        return changed.Length == 0
            ? null
            : string.Join(", ", changed.Take(MaxNames)) + (changed.Length > MaxNames ? $" and {changed.Length - MaxNames} more" : "");

        // An endpoint that is new by its name; one that is gone is told elsewhere.
        string? Shorten(string key)
            => EndpointOf(key) is not { } endpoint ? key
                : !Has(now, endpoint) ? null
                : Has(_running, endpoint) ? key
                : endpoint;
    }

    private static string? ValueOf(Dictionary<string, string> settings, string key) => settings.GetValueOrDefault(key);

    private static bool Has(Dictionary<string, string> settings, string section)
        => settings.Keys.Any(key => key.StartsWith(section + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase));

    /// <summary>The section of the endpoint that a key is of, or null.</summary>
    private static string? EndpointOf(string key)
        => key.StartsWith(ConfiguredEndpoint.Sections + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase)
            ? string.Join(ConfigurationPath.KeyDelimiter, key.Split(ConfigurationPath.KeyDelimiter).Take(PartsOfEndpoint))
            : null;

    private static bool Reloads(string key)
    {
        string[] parts = key.Split(ConfigurationPath.KeyDelimiter);
        int limits = EndpointOf(key) is null ? 1 : PartsOfEndpoint;
        bool isLimit = parts.Length == limits + 2 && Is(parts[limits], ConfigurationKeys.Limits);
        return Is(parts.ElementAtOrDefault(1), ConfigurationKeys.Clients)
            || (isLimit && ConfigurationKeys.LimitsThatReload.Contains(parts[limits + 1], StringComparer.OrdinalIgnoreCase));
    }

    private static bool Is(string? part, string name) => name.Equals(part, StringComparison.OrdinalIgnoreCase);

    private Dictionary<string, string> Read()
        => _configuration.GetSection(ConfigurationKeys.Root).AsEnumerable()
            .Where(static setting => setting.Value is not null && !Reloads(setting.Key))
            .ToDictionary(static setting => setting.Key, static setting => setting.Value!, StringComparer.OrdinalIgnoreCase);
}
