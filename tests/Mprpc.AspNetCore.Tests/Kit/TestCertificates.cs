using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Mprpc.AspNetCore.Tests.Kit;

/// <summary>An authority of the test's own, and what it has issued: in memory, for an hour.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestCertificates(string name = "Mprpc test authority")
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        Authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
    }

    public X509Certificate2 Authority { get; }

    /// <summary>A certificate for servers at 127.0.0.1 and localhost.</summary>
    public X509Certificate2 Server() => Issue("localhost", "1.3.6.1.5.5.7.3.1");

    public X509Certificate2 Client(string name) => Issue(name, "1.3.6.1.5.5.7.3.2");

    /// <summary>Verifies against this authority alone.</summary>
    public X509ChainPolicy ChainPolicy() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { Authority },
        RevocationMode = X509RevocationMode.NoCheck,
    };

    public void Dispose()
    {
        Authority.Dispose();
        _key.Dispose();
    }

    /// <summary>A certificate that is wrong in some way.</summary>
    /// <param name="name">The subject's name.</param>
    /// <param name="usage">What it is for: an object identifier of extended key usage.</param>
    /// <param name="names">The names and addresses that it is issued for.</param>
    /// <param name="isExpired">Whether its time is over.</param>
    public X509Certificate2 Issue(string name, string usage, string[] names, bool isExpired = false)
    {
        var alternative = new SubjectAlternativeNameBuilder();

        foreach (string each in names)
        {
            if (IPAddress.TryParse(each, out IPAddress? address))
            {
                alternative.AddIpAddress(address);
            }
            else
            {
                alternative.AddDnsName(each);
            }
        }

        return Issue(name, usage, alternative, Authority.NotBefore, isExpired ? Authority.NotBefore + TimeSpan.FromMinutes(1) : Authority.NotAfter);
    }

    /// <summary>A certificate that vouches for itself.</summary>
    public static X509Certificate2 SelfSigned(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private X509Certificate2 Issue(string name, string usage)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        return Issue(name, usage, names, Authority.NotBefore, Authority.NotAfter);
    }

    private X509Certificate2 Issue(string name, string usage, SubjectAlternativeNameBuilder names, DateTimeOffset from, DateTimeOffset until)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        request.CertificateExtensions.Add(names.Build());

        using X509Certificate2 issued = request.Create(Authority, from, until, RandomNumberGenerator.GetBytes(8));
        using X509Certificate2 withKey = issued.CopyWithPrivateKey(key);

        // Windows' TLS takes no keys that are only in memory.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}
