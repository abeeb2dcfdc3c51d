using Microsoft.Extensions.Configuration;
using Mprpc.AspNetCore.Endpoints;
using Mprpc.AspNetCore.Proxies;
using Mprpc.Transports;

namespace Mprpc.AspNetCore.Configuration;

/// <summary>Reads an endpoint from its section of the configuration, <c>Mprpc:Endpoints:NAME</c>.</summary>
internal static class ConfiguredEndpoint
{
    public const string Sections = "Mprpc:Endpoints";
    public const string Url = "Url";
    public const string Certificate = "Certificate";
    public const string ClientCertificateMode = nameof(Microsoft.AspNetCore.Server.Kestrel.Https.ClientCertificateMode);
    public const string SslProtocols = nameof(System.Security.Authentication.SslProtocols);
    private const string Limits = ConfigurationKeys.Limits;
    private const string Peer = "Peer";

    private static readonly string[] Keys =
    [
        Url, Certificate, ClientCertificateMode, SslProtocols, Limits, Peer, nameof(MprpcEndpointOptions.ErrorShape), nameof(MprpcEndpointOptions.OldSpec),
        nameof(MprpcEndpointOptions.ResponseOrder), nameof(MprpcEndpointOptions.UnixSocketMode), nameof(MprpcEndpointOptions.RateLimitingPolicy),
        nameof(MprpcEndpointOptions.RequireAuthentication), nameof(MprpcEndpointOptions.Extensions),
        nameof(MprpcEndpointOptions.AuthenticationScheme), nameof(MprpcEndpointOptions.UsePeerCredentials),
        nameof(MprpcEndpointOptions.AllowCallCredentials), nameof(MprpcEndpointOptions.Inspect),
        nameof(MprpcEndpointOptions.CallsBack), nameof(MprpcEndpointOptions.SlowPeers), nameof(MprpcEndpointOptions.TraceContext),
        nameof(MprpcEndpointOptions.TrustedProxies),
    ];

    /// <summary>Reads the address, and sets the options.</summary>
    /// <param name="section">The endpoint's section.</param>
    /// <param name="options">What is set.</param>
    /// <param name="failures">Gets a message for each thing that is wrong.</param>
    /// <returns>The address; null where there is none that can be listened on, which is among the failures.</returns>
    public static RpcAddress? Read(IConfigurationSection section, MprpcEndpointOptions options, List<string> failures)
    {
        options.Origin = section.Path;
        options.Section = section;
        ConfigurationKeys.Check(section, Keys, failures);
        CheckLimits(section.GetSection(Limits), failures);
        ReadOptions(section, options, failures);
        RpcAddress? address = ReadAddress(section, failures);

        // Kestrel, which reads these two, takes what it does not know for what was not said.
        _ = Read(section, ClientCertificateMode, default(Microsoft.AspNetCore.Server.Kestrel.Https.ClientCertificateMode), failures);

        foreach (IConfigurationSection protocol in section.GetSection(SslProtocols).GetChildren())
        {
            _ = Read(section.GetSection(SslProtocols), protocol.Key, default(System.Security.Authentication.SslProtocols), failures);
        }

        if (address is { IsTls: false }
            && Array.Find([Certificate, ClientCertificateMode, SslProtocols], key => section.GetSection(key).Exists()) is { } unused)
        {
            failures.Add(
                $"{section.Path}:{unused} is set, but {section.Path}:{Url} is {address}, which is not encrypted. "
                + $"Write tls://host:port, or leave {unused} out.");
        }

        return address;
    }

    private static RpcAddress? ReadAddress(IConfigurationSection section, List<string> failures)
    {
        if (string.IsNullOrWhiteSpace(section[Url]))
        {
            failures.Add($"{section.Path}:{Url} is missing. Set where the endpoint listens, such as tcp://127.0.0.1:6000 or tls://*:6000.");
            return null;
        }

        try
        {
            RpcAddress address = RpcAddress.Parse(section[Url]!);
            _ = LocalEndPoint.Of(address);
            return address;
        }
        catch (ArgumentException exception)
        {
            failures.Add($"{section.Path}:{Url}: {exception.Message}");
            return null;
        }
    }

    /// <summary>The preset first, since the single options override it.</summary>
    private static void ReadOptions(IConfigurationSection section, MprpcEndpointOptions options, List<string> failures)
    {
        if (section[Peer] is { } name)
        {
            MprpcPeer? peer = MprpcPeer.All.FirstOrDefault(peer => peer.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

            if (peer is null)
            {
                failures.Add(
                    $"{section.Path}:{Peer} is '{name}'; allowed are {string.Join(", ", MprpcPeer.All.Select(peer => peer.Name))}. "
                    + "Peers that are not named do well without.");
            }
            else
            {
                options.UsePeer(peer);
            }
        }

        options.ErrorShape = Read(section, nameof(options.ErrorShape), options.ErrorShape, failures);
        options.RateLimitingPolicy = section[nameof(options.RateLimitingPolicy)];
        options.ResponseOrder = Read(section, nameof(options.ResponseOrder), options.ResponseOrder, failures);

        options.OldSpec = Read(section, nameof(options.OldSpec), options.OldSpec, failures);
        options.AuthenticationScheme = section[nameof(options.AuthenticationScheme)];
        options.Extensions = Read(section, nameof(options.Extensions), options.Extensions, failures);
        options.CallsBack = Read(section, nameof(options.CallsBack), options.CallsBack, failures);
        options.SlowPeers = Read(section, nameof(options.SlowPeers), options.SlowPeers, failures);
        options.RequireAuthentication = Read(section, nameof(options.RequireAuthentication), options.RequireAuthentication, failures);
        options.UsePeerCredentials = Read(section, nameof(options.UsePeerCredentials), options.UsePeerCredentials, failures);
        options.AllowCallCredentials = Read(section, nameof(options.AllowCallCredentials), options.AllowCallCredentials, failures);
        options.Inspect = section[nameof(options.Inspect)] is null ? options.Inspect
            : Read(section, nameof(options.Inspect), default(MprpcInspect), failures);
        options.TraceContext = Read(section, nameof(options.TraceContext), options.TraceContext, failures);
        ReadMode(section, options, failures);
        ReadProxies(section.GetSection(nameof(options.TrustedProxies)), options, failures);
    }

    private static void ReadProxies(IConfigurationSection section, MprpcEndpointOptions options, List<string> failures)
    {
        if (!section.Exists())
        {
            return;
        }

        IConfigurationSection[] proxies = [.. section.GetChildren()];
        options.TrustedProxies = new TrustedProxies();

        if (proxies.Length == 0)
        {
            failures.Add($"{section.Path} is '{section.Value}'; allowed is a list of {TrustedProxies.Allowed}.");
        }

        failures.AddRange(proxies
            .Where(proxy => !options.TrustedProxies.TryAdd(proxy.Value))
            .Select(proxy => $"{proxy.Path} is '{proxy.Value}'; allowed are {TrustedProxies.Allowed}."));
    }

    private static void ReadMode(IConfigurationSection section, MprpcEndpointOptions options, List<string> failures)
    {
        if (section[nameof(options.UnixSocketMode)] is not { } text)
        {
            return;
        }

        const int AllRights = 511;      // 0777
        int mode = 0;

        foreach (char digit in text)
        {
            mode = digit is >= '0' and <= '7' && mode <= AllRights ? (mode * 8) + (digit - '0') : int.MaxValue;
        }

        if (text.Length == 0 || mode > AllRights)
        {
            failures.Add(
                $"{section.Path}:{nameof(options.UnixSocketMode)} is '{text}'; allowed are the rights of a file as chmod takes them, "
                + "0000 to 0777, such as 0660 for user and group.");
        }
        else
        {
            options.UnixSocketMode = (UnixFileMode)mode;
        }
    }

    private static bool Read(IConfigurationSection section, string key, bool otherwise, List<string> failures)
    {
        if (section[key] is not { } text)
        {
            return otherwise;
        }

        if (bool.TryParse(text, out bool value))
        {
            return value;
        }

        failures.Add($"{section.Path}:{key} is '{text}'; allowed are true and false.");
        return otherwise;
    }

    private static TEnum Read<TEnum>(IConfigurationSection section, string key, TEnum otherwise, List<string> failures)
        where TEnum : struct, Enum
    {
        if (section[key] is not { } text)
        {
            return otherwise;
        }

        if (Enum.GetNames<TEnum>().Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            return Enum.Parse<TEnum>(text, ignoreCase: true);
        }

        failures.Add($"{section.Path}:{key} is '{text}'; allowed are {string.Join(", ", Enum.GetNames<TEnum>())}.");
        return otherwise;
    }

    private static void CheckLimits(IConfigurationSection section, List<string> failures)
    {
        if (Array.Find(ConfigurationKeys.LimitsOfWholeServer, key => section[key] is not null) is { } ofTheServer)
        {
            failures.Add(
                $"{section.Path}:{ofTheServer} is a limit of the whole server. Set Mprpc:Limits:{ofTheServer}; "
                + $"allowed here are {string.Join(", ", ConfigurationKeys.LimitsOfEndpoint)}.");
            return;
        }

        ConfigurationKeys.Check(section, ConfigurationKeys.LimitsOfEndpoint, failures);
        var limits = new MprpcServerLimits();

        try
        {
            section.Bind(limits);
            failures.AddRange(LimitsValidator.Validate(limits, limit => $"{section.Path}:{limit}"));
        }
        catch (InvalidOperationException exception)
        {
            // The binder names the key.
            failures.Add(exception.Message);
        }
    }
}
