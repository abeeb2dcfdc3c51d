using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Mprpc.AspNetCore.Tests.Security.Kit;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>The user whom a client's certificate names (mTLS), through the application's certificate scheme.</summary>
public sealed class ClientCertificateTests
{
    private const string WhoAmI = "94 00 01 a6 77686f616d69 90";
    private const string User = "94 00 02 a4 75736572 90";

    [Theory]
    [InlineData(true, true, "94 01 01 c0 \"carol\"", "94 01 02 c0 c0")]
    [InlineData(true, false, "94 01 01 c0 c0", "94 01 02 \"unauthenticated: Log in first.\" c0")]
    [InlineData(false, true, "94 01 01 c0 c0", "94 01 02 c0 c0")]       // the method names the scheme itself, as over HTTP
    [InlineData(false, false, "94 01 01 c0 c0", "94 01 02 \"unauthenticated: Log in first.\" c0")]
    public async Task Client_ByItsCertificate_IsTheUser(bool endpointNamesScheme, bool showsCertificate, string whoami, string user)
    {
        using X509Certificate2 certificate = Certificate("server");
        using X509Certificate2 own = Certificate("carol");
        await using RpcHost host = await StartAsync(certificate, endpointNamesScheme);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(host.Rpc).InTime();
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "server",
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.GetCertHashString() == certificate.GetCertHashString(),
            ClientCertificates = showsCertificate ? [own] : [],
        }).InTime();

        await tls.WriteAsync(Hex.Bytes(WhoAmI)).AsTask().InTime();
        MessagePattern.AssertMatches(whoami, await ReadAsync(tls, whoami));
        await tls.WriteAsync(Hex.Bytes(User)).AsTask().InTime();
        MessagePattern.AssertMatches(user, await ReadAsync(tls, user));
    }

    private static Task<RpcHost> StartAsync(X509Certificate2 certificate, bool endpointNamesScheme) => RpcHost.StartAsync(
        builder =>
        {
            SecuredHost.AddSecurity(builder.Services);
            builder.Services.AddMprpc();
        },
        app => app.MapMprpcService<Service>("tls://127.0.0.1:0").WithEndpoint(options =>
        {
            options.AuthenticationScheme = endpointNamesScheme ? CertificateHandler.Name : null;
            options.UseTls(tls =>
            {
                tls.ServerCertificate = certificate;
                tls.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                tls.ClientCertificateValidation = (_, _, _) => true;
            });
        }));

    private static async Task<string> ReadAsync(SslStream stream, string pattern)
    {
        string[] parts = pattern.Split('"');
        int fixedBytes = parts.Where((_, i) => i % 2 == 0).Sum(part => part.Count(Uri.IsHexDigit)) / 2;
        int text = parts.Length > 1 ? parts[1].Length + (parts[1].Length < 32 ? 1 : 2) : 0;
        byte[] answer = new byte[fixedBytes + text];
        await stream.ReadExactlyAsync(answer).AsTask().InTime();
        return Hex.Text(answer);
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        // Windows wants a key that is kept.
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private sealed class Service
    {
        [MprpcMethod("whoami")]
        public string? WhoAmI(MprpcCallContext call) => call.User.Identity?.Name;

        [Authorize(AuthenticationSchemes = CertificateHandler.Name)]
        public void User()
        {
        }
    }
}
