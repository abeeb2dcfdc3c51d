using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;

namespace Mprpc.AspNetCore.Configuration;

/// <summary>Which keys the configuration may have, so that one that is misspelt is not taken for a default.</summary>
internal static class ConfigurationKeys
{
    public const string Root = "Mprpc";
    public const string Limits = nameof(MprpcServerOptions.Limits);

    /// <summary>The client's, which shares the root.</summary>
    public const string Clients = "Clients";
    private const string Endpoints = "Endpoints";
    private const string Authentication = nameof(MprpcServerOptions.Authentication);

    /// <summary>The limits that only the whole server has.</summary>
    public static readonly string[] LimitsOfWholeServer =
    [
        nameof(MprpcServerLimits.MaxCallsInFlight), nameof(MprpcServerLimits.MaxUnsentAnswerBytesTotal), nameof(MprpcServerLimits.MaxStreamBytesTotal),
        nameof(MprpcServerLimits.MaxConnections),
    ];
    private static readonly string[] s_limits = NamesOf(typeof(MprpcServerLimits));
    private static readonly string[] s_authentication = NamesOf(typeof(MprpcAuthenticationOptions));
    private static readonly string[] s_root =
        [.. NamesOf(typeof(MprpcServerOptions)).Where(name => name != nameof(MprpcServerOptions.Serializer)), Endpoints, Clients];

    /// <summary>The limits that an endpoint may have of its own.</summary>
    public static string[] LimitsOfEndpoint { get; } = [.. s_limits.Except(LimitsOfWholeServer)];

    /// <summary>The limits that a reload changes, of the server and of endpoints; <see cref="MaxConnections"/> only if there was one at the start.</summary>
    public static string[] LimitsThatReload { get; } =
        [.. s_limits.Where(name => name is not (nameof(MprpcServerLimits.TlsHandshakeTimeout) or nameof(MprpcServerLimits.MaxConnections)))];

    public static string MaxConnections { get; } = string.Join(ConfigurationPath.KeyDelimiter, Root, Limits, nameof(MprpcServerLimits.MaxConnections));

    /// <summary>Checks all but the endpoints, which <see cref="ConfiguredEndpoint"/> reads.</summary>
    public static void Check(IConfiguration configuration, List<string> failures)
    {
        IConfigurationSection root = configuration.GetSection(Root);
        Check(root, s_root, failures);
        Check(root.GetSection(Limits), s_limits, failures);
        Check(root.GetSection(Authentication), s_authentication, failures);
    }

    /// <summary>Checks the keys of one section.</summary>
    public static void Check(IConfigurationSection section, string[] allowed, List<string> failures)
        => failures.AddRange(section.GetChildren()
            .Where(child => !allowed.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            .Select(child => string.Create(
                CultureInfo.InvariantCulture, $"{child.Path} is unknown; allowed in {section.Path} are {string.Join(", ", allowed)}.")));

    private static string[] NamesOf([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] Type options)
        => [.. options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name)];
}
