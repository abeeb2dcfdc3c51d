using System.Net.Security;

namespace Mprpc.Client.Transports;

/// <summary>How the server is verified.</summary>
internal static class TlsSettings
{
    /// <summary>
    /// The options with the address's name and the protocols, where they say none; a copy, since the caller may use the same for another server.
    /// </summary>
    /// <param name="options">The caller's, or null.</param>
    /// <param name="host">The address's host.</param>
    /// <param name="protocols">What is offered unless the options say what (ALPN); null: nothing.</param>
    public static SslClientAuthenticationOptions For(
        SslClientAuthenticationOptions? options, string host, List<SslApplicationProtocol>? protocols = null)
    {
        SslClientAuthenticationOptions given = options ?? new SslClientAuthenticationOptions();

        if (given.TargetHost is not null && (protocols is null || given.ApplicationProtocols is not null))
        {
            return given;
        }

        var copy = new SslClientAuthenticationOptions
        {
            TargetHost = given.TargetHost ?? host,
            AllowRenegotiation = given.AllowRenegotiation,
            AllowTlsResume = given.AllowTlsResume,
            ApplicationProtocols = given.ApplicationProtocols ?? protocols,
            CertificateChainPolicy = given.CertificateChainPolicy,
            CertificateRevocationCheckMode = given.CertificateRevocationCheckMode,
            CipherSuitesPolicy = given.CipherSuitesPolicy,
            ClientCertificateContext = given.ClientCertificateContext,
            ClientCertificates = given.ClientCertificates,
            EnabledSslProtocols = given.EnabledSslProtocols,
            EncryptionPolicy = given.EncryptionPolicy,
            LocalCertificateSelectionCallback = given.LocalCertificateSelectionCallback,
            RemoteCertificateValidationCallback = given.RemoteCertificateValidationCallback,
        };

        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            copy.AllowRsaPkcs1Padding = given.AllowRsaPkcs1Padding;
            copy.AllowRsaPssPadding = given.AllowRsaPssPadding;
        }

        return copy;
    }
}
