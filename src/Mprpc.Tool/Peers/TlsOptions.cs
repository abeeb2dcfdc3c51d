using System.CommandLine;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Mprpc.Tool.Output;

namespace Mprpc.Tool.Peers;

/// <summary>The options of TLS, for <c>tls://</c> and <c>wss://</c>.</summary>
internal sealed class TlsOptions
{
    private readonly Option<string?> _authority = new("--cacert") { Description = "A PEM file with the only certificates to trust.", HelpName = "FILE" };
    private readonly Option<string?> _certificate = new("--cert") { Description = "A PEM file with the client's certificate.", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--key") { Description = "A PEM file with its key, if --cert has none.", HelpName = "FILE" };
    private readonly Option<string?> _serverName = new("--servername") { Description = "The name to verify, in place of the URL's.", HelpName = "NAME" };
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Trust any certificate." };

    public void AddTo(Command command)
    {
        command.Options.Add(_authority);
        command.Options.Add(_certificate);
        command.Options.Add(_key);
        command.Options.Add(_serverName);
        command.Options.Add(_insecure);
    }

    /// <summary>What is set, or null if nothing is.</summary>
    /// <exception cref="ToolException">A file cannot be read.</exception>
    public SslClientAuthenticationOptions? Read(ParseResult parsed)
    {
        string? authority = parsed.GetValue(_authority);
        string? certificate = parsed.GetValue(_certificate);
        string? serverName = parsed.GetValue(_serverName);
        bool insecure = parsed.GetValue(_insecure);

        if (authority is null && certificate is null && serverName is null && !insecure)
        {
            return parsed.GetValue(_key) is null ? null : throw new ToolException("--key is of no use without --cert.");
        }

        var options = new SslClientAuthenticationOptions { TargetHost = serverName };

        if (authority is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            Load(authority, () => options.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(authority));
        }

        if (certificate is not null)
        {
            Load(certificate, () => options.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, parsed.GetValue(_key))]);
        }

        if (insecure)
        {
#pragma warning disable CA5359 // It is what --insecure says.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        return options;
    }

    private static void Load(string file, Action load)
    {
        try
        {
            load();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ToolException($"Cannot read the certificate or key of '{file}': {exception.Message}", innerException: exception);
        }
    }
}
