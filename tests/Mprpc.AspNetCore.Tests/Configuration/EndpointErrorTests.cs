using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Tests.Listeners;

namespace Mprpc.AspNetCore.Tests.Configuration;

/// <summary>
/// What cannot be meant in Mprpc:Endpoints fails the start, before HTTP listens, with a message that names the key, the value, what is allowed and the remedy.
/// </summary>
public sealed class EndpointErrorTests
{
    [Theory]
    [InlineData("Peer", "Cobol", "Mprpc:Endpoints:X:Peer is 'Cobol'", "MprpcPython, MsgpackRpcPython", "do well without")]
    [InlineData("Url", "http://127.0.0.1:6000", "Mprpc:Endpoints:X:Url", "'http://127.0.0.1:6000'", "tcp://host:port")]
    [InlineData("Url", "tcp://example.org:6000", "Mprpc:Endpoints:X:Url", "'tcp://example.org:6000'", "an address of this machine")]
    [InlineData("Url", "ws://127.0.0.1:6000/rpc", "Mprpc:Endpoints:X:Url", "MapMprpcWebSocket(\"/rpc\")")]
    [InlineData("Url", "", "Mprpc:Endpoints:X:Url is missing", "tls://*:6000")]
    [InlineData("Ulr", "tcp://127.0.0.1:0", "Mprpc:Endpoints:X:Ulr is unknown", "Url, Certificate, ClientCertificateMode")]
    [InlineData("Limits:MaxMessageSise", "9", "Mprpc:Endpoints:X:Limits:MaxMessageSise is unknown", "MaxMessageSize, MaxDepth")]
    [InlineData("Limits:MaxDepth", "0", "Mprpc:Endpoints:X:Limits:MaxDepth is 0", "allowed is 2 to 1,024")]
    [InlineData("Limits:MaxDepth", "deep", "Mprpc:Endpoints:X:Limits:MaxDepth")]
    [InlineData("Limits:WriteTimeout", "00:00:00", "Mprpc:Endpoints:X:Limits:WriteTimeout is 00:00:00", "any positive time")]
    [InlineData("Limits:MaxCallsInFlight", "9", "Mprpc:Endpoints:X:Limits:MaxCallsInFlight", "the whole server", "MaxCallsInFlightPerConnection")]
    [InlineData("ErrorShape", "Round", "Mprpc:Endpoints:X:ErrorShape is 'Round'", "CodeAndMessage")]
    [InlineData("ErrorShape", "7", "Mprpc:Endpoints:X:ErrorShape is '7'", "CodeAndMessage")]
    [InlineData("ResponseOrder", "Any", "Mprpc:Endpoints:X:ResponseOrder is 'Any'", "InOrder")]
    [InlineData("OldSpec", "yes", "Mprpc:Endpoints:X:OldSpec is 'yes'", "true and false")]
    [InlineData("RequireAuthentication", "yes", "Mprpc:Endpoints:X:RequireAuthentication is 'yes'", "true and false")]
    [InlineData("Inspect", "yes", "Mprpc:Endpoints:X:Inspect is 'yes'", "Off, Authenticated, Everyone")]
    [InlineData("UnixSocketMode", "0999", "Mprpc:Endpoints:X:UnixSocketMode is '0999'", "0660")]
    [InlineData("UnixSocketMode", "7777", "Mprpc:Endpoints:X:UnixSocketMode is '7777'", "0660")]
    [InlineData("Certificate:Path", "server.pfx", "Mprpc:Endpoints:X:Certificate is set", "tls://host:port")]
    [InlineData("ClientCertificateMode", "Perhaps", "Mprpc:Endpoints:X:ClientCertificateMode is 'Perhaps'", "RequireCertificate")]
    [InlineData("SslProtocols:0", "Tls9", "Mprpc:Endpoints:X:SslProtocols:0 is 'Tls9'", "Tls13")]
    [InlineData("ClientCertificateMode", "RequireCertificate", "Mprpc:Endpoints:X:ClientCertificateMode is set", "not encrypted")]
    public async Task Setting_ThatCannotBeMeant_FailsTheStart(string key, string value, params string[] parts)
    {
        Exception exception = await AssertStartFailsAsync(("X:Url", "tcp://127.0.0.1:0"), ($"X:{key}", value));

        Assert.IsType<OptionsValidationException>(exception);
        AssertNames(exception, parts);
    }

    [Fact]
    public async Task Settings_OfWhichSeveralAreWrong_AreNamedTogether()
        => AssertNames(
            await AssertStartFailsAsync(("X:Peer", "Cobol"), ("Y:Url", "tcp://127.0.0.1:0"), ("Y:OldSpec", "perhaps")),
            "X:Peer",
            "X:Url is missing",
            "Y:OldSpec");

    [Fact]
    public async Task Certificate_MissingFile_FailsTheStart()
        => AssertNames(
            await AssertStartFailsAsync(("X:Url", "tls://127.0.0.1:0"), ("X:Certificate:Path", "/nowhere/server.pfx")),
            "The certificate of Mprpc:Endpoints:X cannot be loaded",
            "/nowhere/server.pfx",
            "Mprpc:Endpoints:X:Certificate or Kestrel:Certificates:Default");

    [Fact]
    public async Task Certificate_WithoutItsPassword_FailsTheStart()
    {
        using var certificates = new TestCertificates();
        using var folder = new TemporaryFolder();
        await File.WriteAllBytesAsync(
            folder.PathOf("server"), certificates.Server().Export(X509ContentType.Pkcs12, "secret"), TestContext.Current.CancellationToken);

        AssertNames(
            await AssertStartFailsAsync(("X:Url", "tls://127.0.0.1:0"), ("X:Certificate:Path", folder.PathOf("server"))),
            "The certificate of Mprpc:Endpoints:X cannot be loaded",
            "Password");
    }

    [Fact]
    public async Task Certificate_Nowhere_FailsTheStart()
    {
        Assert.SkipWhen(HasDevelopmentCertificate(), "This machine has a development certificate, which is used then.");

        AssertNames(
            await AssertStartFailsAsync(("X:Url", "tls://127.0.0.1:0")),
            "Mprpc:Endpoints:X speaks TLS and has no certificate",
            "Kestrel:Certificates:Default",
            "UseTls(certificate)",
            "dotnet dev-certs https");
    }

    [Fact]
    public async Task Services_None_FailTheStart()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => RpcHost.StartAsync(
            builder =>
            {
                builder.Configuration["Mprpc:Endpoints:X:Url"] = "tcp://127.0.0.1:0";
                builder.Services.AddMprpc();
            },
            map: null));

        AssertNames(exception, "Mprpc:Endpoints:X has no service to serve", "app.MapMprpcService<T>(\"X\")");
    }

    [Fact]
    public async Task Address_MappedInCodeToo_FailsTheStart()
    {
        using var free = new FreePort();
        int port = free.Release();

        Exception exception = await AssertStartFailsAsync([("X:Url", $"tcp://localhost:{port}")], app => app.MapMprpcService<Adder>(port));

        AssertNames(exception, "Mprpc:Endpoints:X:Url", $"tcp://127.0.0.1:{port} listens already", "app.MapMprpcService<T>(\"X\")");
    }

    [Theory]
    [InlineData("Y", "The configuration's endpoints are X")]
    [InlineData("X:Limits", "The configuration's endpoints are X")]
    public void Name_OfNoEndpoint_Throws(string name, string part)
    {
        RpcHost host = RpcHost.Build(
            builder =>
            {
                builder.Configuration["Mprpc:Endpoints:X:Url"] = "tcp://127.0.0.1:0";
                builder.Services.AddMprpc();
            },
            map: null);

        var exception = Assert.Throws<ArgumentException>(() => host.App.MapMprpcService<Adder>(name));

        AssertNames(exception, $"'{name}' is neither an address nor an endpoint", part);
    }

    [Fact]
    public async Task ConfigureLimits_OutOfRange_FailsTheStart()
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app => app.MapMprpcService<Adder>(0)
                .WithEndpoint(options => options.ConfigureLimits(limits => (limits.MaxDepth, limits.MaxCallsInFlight) = (0, 1)))));

        AssertNames(exception, "tcp://127.0.0.1:0", "ConfigureLimits", "MaxDepth is 0", "MaxCallsInFlight is set; it is a limit of the whole server");
    }

    private static Task<Exception> AssertStartFailsAsync(params (string Key, string Value)[] settings) => AssertStartFailsAsync(settings, map: null);

    private static async Task<Exception> AssertStartFailsAsync((string Key, string Value)[] settings, Action<WebApplication>? map)
    {
        await using RpcHost host = RpcHost.Build(
            builder =>
            {
                foreach ((string key, string value) in settings)
                {
                    builder.Configuration[$"Mprpc:Endpoints:{key}"] = value;
                }

                builder.Services.AddMprpc().AddService<Adder>();
            },
            map);

        Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => host.App.StartAsync().InTime());
        Assert.True(exception is OptionsValidationException or InvalidOperationException, exception.ToString());
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Message.StartsWith("Now listening", StringComparison.Ordinal));
        return exception;
    }

    private static bool HasDevelopmentCertificate()
    {
        using var store = new X509Store(StoreName.My, StoreLocation.CurrentUser, OpenFlags.ReadOnly);
        return store.Certificates.Any(certificate => certificate.Extensions.Any(extension => extension.Oid?.Value == "1.3.6.1.4.1.311.84.1.1"));
    }

    private static void AssertNames(Exception exception, params string[] parts)
        => Assert.All(parts, part => Assert.Contains(part, exception.Message, StringComparison.Ordinal));
}
