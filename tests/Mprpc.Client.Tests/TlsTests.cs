using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MessagePack;

namespace Mprpc.Client.Tests;

/// <summary>
/// How a client verifies a server, and shows who it is itself; against a listener of .NET's own TLS. With the real server: Mprpc.AspNetCore.Tests/Tls.
/// </summary>
public sealed class TlsTests : IDisposable
{
    private const string Host = "localhost";

    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    private readonly X509Certificate2 _server = SelfSigned(Host);
    private readonly X509Certificate2 _client = SelfSigned("the client");
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public TlsTests() => _listener.Start();

    [Fact]
    public async Task Default_CertificateThatNobodyTrusts_IsRefusedBeforeAnythingIsSent()
    {
        Task<string> serving = ServeAsync();

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => CallAsync(Host, tls: null));

        Assert.False(exception.RequestWasSent);
        Assert.Contains("MprpcClientOptions.Tls", exception.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(() => serving.WaitAsync(Deadline));       // no request came
    }

    [Fact]
    public async Task ChainPolicy_WithTheServersAuthority_IsAccepted()
    {
        Task<string> serving = ServeAsync();

        int result = await CallAsync(Host, Trusting());

        Assert.Equal(3, result);
        Assert.Equal("", await serving.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Name_OtherThanTheCertificates_IsRefusedUnlessTargetHostNamesIt()
    {
        Task<string> first = ServeAsync();
        SslClientAuthenticationOptions tls = Trusting();
        await Assert.ThrowsAsync<MprpcConnectionException>(() => CallAsync("127.0.0.1", tls));
        await Assert.ThrowsAnyAsync<Exception>(() => first.WaitAsync(Deadline));
        Assert.Null(tls.TargetHost);        // the caller's own options stay as they were

        Task<string> second = ServeAsync();
        tls.TargetHost = Host;

        Assert.Equal(3, await CallAsync("127.0.0.1", tls));
        await second.WaitAsync(Deadline);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ValidationCallback_OfTheApplication_Decides(bool accepts)
    {
        Task<string> serving = ServeAsync();
        string? seen = null;
        var tls = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            {
                seen = $"{((X509Certificate2)certificate!).Thumbprint} {errors}";
                return accepts;
            },
        };

        Task<int> call = CallAsync(Host, tls);

        if (accepts)
        {
            Assert.Equal(3, await call);
            await serving.WaitAsync(Deadline);
        }
        else
        {
            await Assert.ThrowsAsync<MprpcConnectionException>(() => call);
            await Assert.ThrowsAnyAsync<Exception>(() => serving.WaitAsync(Deadline));
        }

        Assert.Equal($"{_server.Thumbprint} {SslPolicyErrors.RemoteCertificateChainErrors}", seen);
    }

    [Fact]
    public async Task ClientCertificate_OfTheOptions_IsShown()
    {
        Task<string> serving = ServeAsync(asksForCertificate: true);
        SslClientAuthenticationOptions tls = Trusting();
        tls.ClientCertificates = [_client];

        Assert.Equal(3, await CallAsync(Host, tls));

        Assert.Equal(_client.Thumbprint, await serving.WaitAsync(Deadline));
    }

    public void Dispose()
    {
        _listener.Dispose();
        _server.Dispose();
        _client.Dispose();
    }

    private async Task<int> CallAsync(string host, SslClientAuthenticationOptions? tls)
    {
        await using var client = new MprpcClient($"tls://{host}:{((IPEndPoint)_listener.LocalEndpoint).Port}", new MprpcClientOptions { Tls = tls });
        return await client.CallAsync<int>("sum", 1, 2).AsTask().WaitAsync(Deadline);
    }

    /// <summary>Takes one connection, and answers one request with 3.</summary>
    /// <returns>The thumbprint of the client's certificate, or nothing.</returns>
    private async Task<string> ServeAsync(bool asksForCertificate = false)
    {
        using TcpClient connection = await _listener.AcceptTcpClientAsync().WaitAsync(Deadline);
        await using var stream = new SslStream(connection.GetStream());
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = _server,
            ClientCertificateRequired = asksForCertificate,
            RemoteCertificateValidationCallback = (_, certificate, _, _)
                => certificate is null || ((X509Certificate2)certificate).Thumbprint == _client.Thumbprint,
        }).WaitAsync(Deadline);

        using var reader = new MessagePackStreamReader(stream, leaveOpen: true);
        Assert.NotNull(await reader.ReadAsync(CancellationToken.None).AsTask().WaitAsync(Deadline));
        await stream.WriteAsync(Hex.Bytes("94 01 00 c0 03"));
        await reader.ReadAsync(CancellationToken.None).AsTask().WaitAsync(Deadline);        // until the client has ended the connection
        return ((X509Certificate2?)stream.RemoteCertificate)?.Thumbprint ?? "";
    }

    private SslClientAuthenticationOptions Trusting() => new()
    {
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { _server },
            RevocationMode = X509RevocationMode.NoCheck,
        },
    };

    internal static X509Certificate2 SelfSigned(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Host);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));

        // Windows' TLS takes no keys that are only in memory.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
