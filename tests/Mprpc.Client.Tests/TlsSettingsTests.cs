using System.Net.Security;
using System.Reflection;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Mprpc.Client.Transports;

namespace Mprpc.Client.Tests;

/// <summary>What the caller says of TLS is what is done: also what .NET adds later.</summary>
public sealed class TlsSettingsTests
{
    // What the address says where the caller does not; and what only a server or another system has.
    private static readonly string[] NotCopied = [nameof(SslClientAuthenticationOptions.TargetHost)];

    [Fact]
    public void Copy_OfOptionsWithoutAName_HasEachOfTheirProperties()
    {
        using X509Certificate2 certificate = TlsTests.SelfSigned("localhost");
        var given = new SslClientAuthenticationOptions();
        List<string> unchanged = [];

        PropertyInfo[] properties = typeof(SslClientAuthenticationOptions).GetProperties();

        foreach (PropertyInfo property in properties.Where(property => property.CanWrite && !NotCopied.Contains(property.Name)))
        {
            object? standard = property.GetValue(given);
            property.SetValue(given, Other(property.PropertyType, standard, certificate));

            if (Equals(property.GetValue(given), standard))
            {
                unchanged.Add(property.Name);
            }
        }

        SslClientAuthenticationOptions copy = TlsSettings.For(given, "example.org");

        Assert.Empty(unchanged);
        Assert.Equal("example.org", copy.TargetHost);
        Assert.Null(given.TargetHost);
        Assert.All(
            typeof(SslClientAuthenticationOptions).GetProperties().Where(property => !NotCopied.Contains(property.Name)),
            property => Assert.True(Equals(property.GetValue(given), property.GetValue(copy)), $"TlsSettings.For does not copy {property.Name}."));
    }

    [Theory]
    [InlineData(null, null, "mprpc")]
    [InlineData("example.com", null, "mprpc")]
    [InlineData("example.com", "other", "other")]
    [InlineData(null, "", "")]
    public void Protocols_OfOptions_AreThoseOfTheCallerOrOursInACopy(string? name, string? protocol, string expected)
    {
        List<SslApplicationProtocol>? own = protocol is null ? null : protocol.Length == 0 ? [] : [new(protocol)];
        var given = new SslClientAuthenticationOptions { TargetHost = name, ApplicationProtocols = own };

        SslClientAuthenticationOptions copy = TlsSettings.For(given, "example.org", [new SslApplicationProtocol("mprpc")]);

        Assert.Equal(expected, string.Join(',', copy.ApplicationProtocols!));
        Assert.Equal(name ?? "example.org", copy.TargetHost);
        Assert.Equal((name, own), (given.TargetHost, given.ApplicationProtocols));
    }

    /// <summary>A value that is not the property's default.</summary>
    private static object? Other(Type type, object? standard, X509Certificate2 certificate) => standard switch
    {
        bool value => !value,
        X509RevocationMode => X509RevocationMode.Offline,
        SslProtocols => SslProtocols.Tls13,
#pragma warning disable SYSLIB0040 // what is obsolete is copied too
        EncryptionPolicy => EncryptionPolicy.AllowNoEncryption,
#pragma warning restore SYSLIB0040
        _ when type == typeof(List<SslApplicationProtocol>) => new List<SslApplicationProtocol> { new("mprpc") },
        _ when type == typeof(X509ChainPolicy) => new X509ChainPolicy(),
        _ when type == typeof(X509CertificateCollection) => new X509CertificateCollection(),
        _ when type == typeof(SslStreamCertificateContext) => SslStreamCertificateContext.Create(certificate, null, offline: true),
        _ when type == typeof(CipherSuitesPolicy) => OperatingSystem.IsLinux() ? new CipherSuitesPolicy([TlsCipherSuite.TLS_AES_128_GCM_SHA256]) : null,
        _ when type == typeof(LocalCertificateSelectionCallback) => new LocalCertificateSelectionCallback((_, _, _, _, _) => certificate),
        _ when type == typeof(RemoteCertificateValidationCallback) => new RemoteCertificateValidationCallback((_, _, _, _) => false),
        _ => throw new NotSupportedException($"A new kind of property, {type}: say here what else it can be."),
    };
}
