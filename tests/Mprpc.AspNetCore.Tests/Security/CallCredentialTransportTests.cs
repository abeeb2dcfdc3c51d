using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Mprpc.AspNetCore.Security;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;
using static Mprpc.AspNetCore.Tests.Security.Kit.CallsWithCredentials;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>Over which connections credentials of calls are taken and sent: those that nobody on the way can read.</summary>
public sealed class CallCredentialTransportTests
{
    [Theory]
    [InlineData("tcp://0.0.0.0:0")]
    [InlineData("tcp://*:0")]
    [InlineData("tcp://[::]:0")]
    public async Task Address_ThatOthersCanReach_FailsTheStartWithTheOptionsKey(string url)
    {
        var ofCode = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(app => app.MapMprpcService<Service>(url).WithEndpoint(Allow)));
        var ofConfiguration = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(
            app => app.MapMprpcService<Service>("X"),
            builder =>
            {
                builder.Configuration["Mprpc:Endpoints:X:Url"] = url;
                builder.Configuration["Mprpc:Endpoints:X:AllowCallCredentials"] = "true";
            }));

        Assert.Contains("MprpcEndpointOptions.AllowCallCredentials", ofCode.Message, StringComparison.Ordinal);
        Assert.Contains("tls://", ofCode.Message, StringComparison.Ordinal);
        Assert.Contains("Mprpc:Endpoints:X:AllowCallCredentials", ofConfiguration.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:0", false)]
    [InlineData("tcp://localhost:0", false)]
    [InlineData("tcp://[::ffff:127.0.0.1]:0", false)]
    [InlineData("tcp://*:0", true)]
    [InlineData("tls://0.0.0.0:0", true)]
    public async Task Address_ThatNobodyElseCanRead_Starts(string url, bool hasCertificate)
    {
        using X509Certificate2 certificate = TestCertificates.SelfSigned("server");
        await using RpcHost host = await StartAsync(app => app.MapMprpcService<Service>(url).WithEndpoint(options =>
        {
            options.AllowCallCredentials = true;

            if (hasCertificate)
            {
                options.UseTls(certificate);
            }
        }));

        Assert.Single(host.Endpoints);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", null, true)]
    [InlineData("::ffff:127.0.0.1", "::ffff:127.0.0.1", null, true)]
    [InlineData("10.0.0.1", "127.0.0.1", null, false)]      // a proxy's header says so
    [InlineData("127.0.0.1", "10.0.0.1", null, false)]
    [InlineData(null, null, null, false)]
    [InlineData("10.0.0.1", "10.0.0.2", "http", false)]
    [InlineData("10.0.0.1", "10.0.0.2", "https", true)]
    public void Connection_ByWhatIsKnownOfIt_IsProtectedOrNot(string? local, string? remote, string? scheme, bool isProtected)
    {
        var features = new FeatureCollection();

        if (scheme is not null)
        {
            features.Set<IHttpRequestFeature>(new HttpRequestFeature { Scheme = scheme });
            features.Set<ITlsConnectionFeature>(new TlsConnectionFeature());        // as HttpContext.Connection.ClientCertificate makes one for a plain request
        }

        Assert.Equal(isProtected, ProtectedTransport.Is(EndPointOf(local), EndPointOf(remote), features));
    }

    [Theory]
    [InlineData(true, "AddAuthentication(")]
    [InlineData(false, "Extensions")]
    public async Task Option_ThatNothingCanServe_FailsTheStartWithTheRemedy(bool extensions, string said)
    {
        var exception = await Assert.ThrowsAnyAsync<Exception>(() => RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app => app.MapMprpcService<Service>(0).WithEndpoint(options =>
            {
                options.AllowCallCredentials = true;
                options.Extensions = extensions;
            })));

        Assert.Contains("MprpcEndpointOptions.AllowCallCredentials", exception.Message, StringComparison.Ordinal);
        Assert.Contains(said, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnixSocket_OfAnEndpoint_TakesCredentials()
    {
        string path = Path.Combine(Path.GetTempPath(), $"mprpc-{Guid.NewGuid():N}.sock");
        await using RpcHost host = await StartAsync(app => app.MapMprpcService<Service>($"unix://{path}").WithEndpoint(Allow));
        await using var client = new MprpcClient($"unix://{path}", new MprpcClientOptions { Extensions = MprpcExtensions.Always });

        Assert.Equal("alice", await client.CallAsync<string>("who", As("alice")).InTime());
    }

    [Fact]
    public async Task Transport_OfWhichNothingIsKnown_IsRefusedWithTheOptionsKey()
    {
        await using RpcHost host = await StartAsync(app => app.MapMprpcService<Service>(0).WithEndpoint(Allow));
        var toServer = new Pipe();
        var toClient = new Pipe();

        await host.App.Services.GetRequiredService<IMprpcServer>().ServeAsync(MprpcTransport.FromPipes(toServer.Reader, toClient.Writer)).InTime();

        Assert.Contains("MprpcEndpointOptions.AllowCallCredentials", (await host.Log.WaitForAsync(157)).Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<Exception>(async () => Assert.True((await toClient.Reader.ReadAsync().AsTask().InTime()).IsCompleted, "open"));
    }

    [Fact]
    public async Task Client_OverAConnectionOfWhichNothingIsKnown_SendsNoCredentialUnlessTold()
    {
        await using RpcHost host = await StartAsync(app => app.MapMprpcService<Service>(0).WithEndpoint(Allow));
        await using MprpcClient careful = Client(host, told: false);
        await using MprpcClient told = Client(host, told: true);

        var exception = await Assert.ThrowsAsync<NotSupportedException>(() => careful.CallAsync<string>("who", As("alice")).InTime());
        string plain = await careful.CallAsync<string>("who", new MprpcCallOptions { Metadata = new MprpcMetadata { ["tenant"] = "x" } }).InTime();

        Assert.Contains("MprpcClientOptions.AllowPlaintextCredentials", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", exception.Message, StringComparison.Ordinal);
        Assert.Equal(("", "alice"), (plain, await told.CallAsync<string>("who", As("alice")).InTime()));
    }

    [Fact]
    public async Task LoginOfAClient_WhoseCallsOwnCredentialIsRefused_IsNotRenewed()
    {
        int asked = 0;
        await using RpcHost host = await StartAsync(app => app.MapMprpcService<Service>(0).WithEndpoint(Allow));
        await using var client = new MprpcClient($"tcp://{host.Rpc}", new MprpcClientOptions
        {
            Extensions = MprpcExtensions.Always,
            TokenProvider = (_, _) =>
            {
                Interlocked.Increment(ref asked);
                return ValueTask.FromResult(new MprpcToken(TokenHandler.Name, "bob"));
            },
        });

        string? code = await client.CodeOfAsync("who", As("mallory"));

        Assert.Equal(("unauthenticated", 1, "bob"), (code, asked, await client.CallAsync<string>("who").InTime()));
    }

    [Fact]
    public async Task WebSocket_OfAUser_TakesCallsOfOthersAndIsItsUsersWithout()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                SecuredHost.AddSecurity(builder.Services);
                builder.Services.AddMprpc().AddService<Service>();
            },
            app =>
            {
                app.UseAuthentication();
                app.MapMprpcWebSocket("/rpc", Allow);
            });
        await using var client = new MprpcClient($"ws://{host.Http}/rpc", new MprpcClientOptions
        {
            Extensions = MprpcExtensions.Always,
            ConfigureWebSocket = socket => socket.SetRequestHeader("Authorization", "Bearer bob"),
        });

        string[] names = [await client.CallAsync<string>("who", As("alice")).InTime(), await client.CallAsync<string>("who").InTime()];

        Assert.Equal(["alice", "bob"], names);
        Assert.Equal("unauthenticated", await client.CodeOfAsync("who", As("mallory")));
    }

    [Fact]
    public async Task WebSocket_ThatOthersCanRead_IsRefusedWithStatus403AndTheRemedy()
    {
        await using RpcHost host = await StartWebSocketAsync(remote: "10.0.0.1");
        using var http = new HttpClient();
        using var upgrade = new HttpRequestMessage(HttpMethod.Get, $"http://{host.Http}/rpc")
        {
            Headers =
            {
                { "Connection", "Upgrade" }, { "Upgrade", "websocket" }, { "Sec-WebSocket-Version", "13" }, { "Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==" },
            },
        };

        using HttpResponseMessage response = await http.SendAsync(upgrade).InTime();

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("wss://", await response.Content.ReadAsStringAsync().InTime(), StringComparison.Ordinal);
        Assert.Contains("MprpcEndpointOptions.AllowCallCredentials", (await host.Log.WaitForAsync(157)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "http")]
    [InlineData("10.0.0.1", "https")]      // behind a proxy that terminates TLS
    public async Task WebSocket_ThatNobodyElseCanRead_TakesCredentials(string? remote, string scheme)
    {
        await using RpcHost host = await StartWebSocketAsync(remote, scheme);
        await using var client = new MprpcClient($"ws://{host.Http}/rpc", new MprpcClientOptions { Extensions = MprpcExtensions.Always });

        Assert.Equal("alice", await client.CallAsync<string>("who", As("alice")).InTime());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Tls_FromEndToEnd_CarriesCredentials(bool isOwnTransport)
    {
        using var certificates = new TestCertificates();
        await using RpcHost host = await StartAsync(app => app.MapMprpcService<Service>("tls://127.0.0.1:0").WithEndpoint(options =>
        {
            options.AllowCallCredentials = true;
            options.UseTls(certificates.Server());
        }));
        var trust = new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = certificates.ChainPolicy() };
        var ofClient = new MprpcClientOptions { Extensions = MprpcExtensions.Always };

        if (isOwnTransport)
        {
            // Of its address nothing is known: that it is encrypted is all there is.
            ofClient.ConnectCallback = async (_, cancellationToken) =>
            {
                var tls = new SslStream(await ConnectAsync(host, cancellationToken));
                await tls.AuthenticateAsClientAsync(trust, cancellationToken);
                return MprpcTransport.FromStream(tls);
            };
        }
        else
        {
            ofClient.Tls = trust;
        }

        await using var client = new MprpcClient(isOwnTransport ? "somewhere" : $"tls://localhost:{((IPEndPoint)host.Rpc).Port}", ofClient);

        Assert.Equal("alice", await client.CallAsync<string>("who", As("alice")).InTime());
        Assert.Equal("unauthenticated", await client.CodeOfAsync("who", As("mallory")));
    }

    [Theory]
    [InlineData("true", "alice")]
    [InlineData("false", null)]
    [InlineData(null, null)]
    public async Task Client_WhoseConfigurationSaysWhatMayGoInPlaintext_KeepsToIt(string? value, string? expected)
    {
        await using RpcHost host = await StartAsync(app => app.MapMprpcService<Service>(0).WithEndpoint(Allow));
        var services = new ServiceCollection();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Mprpc:Clients:x:AllowPlaintextCredentials", value)]);
        services.AddSingleton<IConfiguration>(configuration.Build());
        services.AddMprpcClient<IWho>("x", options =>
        {
            options.Url = "somewhere";
            options.ConnectCallback = async (_, cancellationToken) => MprpcTransport.FromStream(await ConnectAsync(host, cancellationToken));
        });
        await using ServiceProvider provider = services.BuildServiceProvider();
        IWho client = provider.GetRequiredService<IWho>().With(As("alice"));
        string? name = null;

        Exception? thrown = await Record.ExceptionAsync(async () => name = await client.WhoAsync().InTime());

        Assert.Equal(expected, name);
        Assert.Equal(expected is null, thrown is NotSupportedException);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Server_OverAConnectionOfWhichNothingIsKnown_SendsItsClientNoCredential(bool isNotification)
    {
        await using RpcHost host = await StartAsync(app => app.MapMprpcService<Service>(0));
        var toServer = new Pipe();
        var toClient = new Pipe();
        Task serving = host.App.Services.GetRequiredService<IMprpcServer>().ServeAsync(MprpcTransport.FromPipes(toServer.Reader, toClient.Writer));
        var options = new MprpcClientOptions
        {
            Extensions = MprpcExtensions.Always,
            ConnectCallback = (_, _) => ValueTask.FromResult(MprpcTransport.FromPipes(toClient.Reader, toServer.Writer)),
        };
        AddShow(options);
        var client = new MprpcClient("somewhere", options);

        string refused = await client.CallAsync<string>("show_to_caller", "authorization", isNotification).InTime();
        string other = await client.CallAsync<string>("show_to_caller", "tenant", isNotification).InTime();
        await client.DisposeAsync();
        await serving.InTime();

        Assert.Contains("'authorization'", refused, StringComparison.Ordinal);
        Assert.Contains("Let the client connect over TLS", refused, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused, StringComparison.Ordinal);
        Assert.Equal(isNotification ? "" : "secret", other);
    }

    [Fact]
    public async Task Server_OverLoopback_SendsItsClientACredential()
    {
        await using RpcHost host = await StartAsync(app => app.MapMprpcService<Service>(0));
        var options = new MprpcClientOptions { Extensions = MprpcExtensions.Always };
        AddShow(options);
        await using var client = new MprpcClient($"tcp://{host.Rpc}", options);

        Assert.Equal("secret", await client.CallAsync<string>("show_to_caller", "authorization", false).InTime());
    }

    private static void AddShow(MprpcClientOptions options)
        => options.AddHandler("show", (string key, MprpcCallContext call) => call.Metadata.GetString(key) ?? "nothing");

    private static Task<RpcHost> StartWebSocketAsync(string? remote, string? scheme = null) => RpcHost.StartAsync(
        builder =>
        {
            SecuredHost.AddSecurity(builder.Services);
            builder.Services.AddMprpc().AddService<Service>();
        },
        app =>
        {
            // As UseForwardedHeaders does.
            app.Use((context, next) =>
            {
                context.Connection.RemoteIpAddress = remote is null ? context.Connection.RemoteIpAddress : IPAddress.Parse(remote);
                context.Request.Scheme = scheme ?? context.Request.Scheme;
                return next(context);
            });
            app.MapMprpcWebSocket("/rpc", Allow);
        });

    private static async Task<NetworkStream> ConnectAsync(RpcHost host, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(host.Rpc, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static Task<RpcHost> StartAsync(Action<WebApplication> map, Action<WebApplicationBuilder>? configure = null) => RpcHost.StartAsync(
        builder =>
        {
            SecuredHost.AddSecurity(builder.Services);
            configure?.Invoke(builder);
            builder.Services.AddMprpc();
        },
        map);

    private static MprpcClient Client(RpcHost host, bool told) => new("somewhere", new MprpcClientOptions
    {
        Extensions = MprpcExtensions.Always,
        AllowPlaintextCredentials = told,
        ConnectCallback = async (_, cancellationToken) => MprpcTransport.FromStream(await ConnectAsync(host, cancellationToken)),
    });

    private static void Allow(MprpcEndpointOptions options) => options.AllowCallCredentials = true;

    private static IPEndPoint? EndPointOf(string? address) => address is null ? null : new IPEndPoint(IPAddress.Parse(address), 1);

    [MprpcService]
    internal interface IWho
    {
        Task<string> WhoAsync();
    }

    private sealed class Service
    {
        public string Who(MprpcCallContext call) => call.User.FindFirstValue(ClaimTypes.Name) ?? "";

        public async Task<string> ShowToCallerAsync(string key, bool notifies, MprpcCallContext call)
        {
            var options = new MprpcCallOptions { Metadata = new MprpcMetadata { [key] = "secret" } };

            try
            {
                if (!notifies)
                {
                    return await call.Connection.CallAsync<string>("show", options, key);
                }

                await call.Connection.NotifyAsync("show", options, key);
                return "";
            }
            catch (NotSupportedException exception)
            {
                return exception.Message;
            }
        }
    }
}
