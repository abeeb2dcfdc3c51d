using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Configuration;
using Mprpc.AspNetCore.Configuration;

namespace Mprpc.AspNetCore.Tls;

/// <summary>Finds certificates as Kestrel does, by having Kestrel do it: its own loader reads an endpoint that is never listened on.</summary>
internal static class EndpointCertificate
{
    private const string DefaultCertificates = "Kestrel:Certificates";
    private const string AnyEndpoint = "https://127.0.0.1:0";

    /// <summary>TLS as the endpoint's section of the configuration sets it; with the default certificate where it has none.</summary>
    /// <exception cref="InvalidOperationException">There is no certificate, or it cannot be loaded.</exception>
    public static HttpsConnectionAdapterOptions Load(IServiceProvider services, MprpcEndpointOptions endpoint, IConfiguration configuration)
    {
        string name = endpoint.Section?.Key ?? "Mprpc";
        var options = new KestrelServerOptions { ApplicationServices = services };

        // A slim application has HTTPS off until somebody asks for it; what is asked for here is never listened on, and needs no certificate.
        options.Listen(IPAddress.Loopback, 0, static listener => listener.UseHttps(static tls => tls.ServerCertificateSelector = static (_, _) => null));

        HttpsConnectionAdapterOptions? found = null;
        KestrelConfigurationLoader loader = options.Configure(
            new ConfigurationBuilder().AddInMemoryCollection(Settings(name, endpoint.Section, configuration)).Build());
        loader.Endpoint(name, kestrel => found = kestrel.HttpsOptions);

        try
        {
            loader.Load();
        }
        catch (Exception exception) when (found is null)
        {
            throw new InvalidOperationException(
                $"The certificate of {endpoint.Origin} cannot be loaded: {exception.Message} "
                + $"Look at {Places(endpoint)}; a certificate needs its private key, a file its Password if it has one.",
                exception);
        }
        catch (InvalidOperationException) when (found is { ServerCertificate: null })
        {
            // Kestrel's own words for it speak of UseHttps.
        }

        return found?.ServerCertificate is not null ? found : throw new InvalidOperationException(
            $"{endpoint.Origin} speaks TLS and has no certificate. Set {Places(endpoint)}, "
            + "or give it one in code with WithEndpoint(options => options.UseTls(certificate)); on a developer's machine "
            + "'dotnet dev-certs https' makes one.");
    }

    private static string Places(MprpcEndpointOptions endpoint)
        => endpoint.Section is null
            ? $"{DefaultCertificates}:Default"
            : $"{endpoint.Section.Path}:{ConfiguredEndpoint.Certificate} or {DefaultCertificates}:Default";

    private static List<KeyValuePair<string, string?>> Settings(string name, IConfigurationSection? endpoint, IConfiguration configuration)
    {
        List<KeyValuePair<string, string?>> settings = [new($"Endpoints:{name}:{ConfiguredEndpoint.Url}", AnyEndpoint)];
        Copy(configuration.GetSection(DefaultCertificates), "Certificates");

        if (endpoint is not null)
        {
            foreach (string key in new[] { ConfiguredEndpoint.Certificate, ConfiguredEndpoint.ClientCertificateMode, ConfiguredEndpoint.SslProtocols })
            {
                Copy(endpoint.GetSection(key), $"Endpoints:{name}:{key}");
            }
        }

        return settings;

        void Copy(IConfigurationSection from, string to)
        {
            settings.Add(new(to, from.Value));
            settings.AddRange(from.AsEnumerable(makePathsRelative: true)
                .Select(setting => KeyValuePair.Create(ConfigurationPath.Combine(to, setting.Key), setting.Value)));
        }
    }
}
