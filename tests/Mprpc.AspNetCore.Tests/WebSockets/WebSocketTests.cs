using System.Net;
using System.Net.WebSockets;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Tests.Listeners;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.WebSockets;

/// <summary>MessagePack-RPC over the WebSockets of the application's HTTP addresses.</summary>
public sealed class WebSocketTests
{
    [Fact]
    public async Task Client_OverAWebSocket_Calls()
    {
        await using RpcHost host = await StartAsync();
        await using MprpcClient client = CreateClient(host);

        int[] sums = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => client.CallAsync<int>("sum", i, 1).AsTask())).InTime();

        Assert.Equal(Enumerable.Range(1, 100), sums);
    }

    [Fact]
    public async Task Request_InABinaryMessage_IsAnsweredInOne()
    {
        await using RpcHost host = await StartAsync();
        using ClientWebSocket socket = await OpenAsync(host);

        await SendAsync(socket, "94 00 01 SUM");

        Assert.Equal("940101c003", await ReceiveAsync(socket));
    }

    [Fact]
    public async Task Requests_CutAnyhow_AreOneStream()
    {
        await using RpcHost host = await StartAsync();
        using ClientWebSocket socket = await OpenAsync(host);

        await SendAsync(socket, "94 00");
        await SendAsync(socket, "");
        await SendAsync(socket, "01 SUM 94 00 02");
        string first = await ReceiveAsync(socket);
        await SendAsync(socket, "SUM");
        string second = await ReceiveAsync(socket);

        Assert.Equal(("940101c003", "940102c003"), (first, second));
    }

    [Fact]
    public async Task LargeMessage_BothWays_IsOneBinaryMessageEach()
    {
        await using RpcHost host = await StartAsync();
        using ClientWebSocket socket = await OpenAsync(host);
        byte[] request = [.. Hex.Bytes("94 00 01 a4 6563686f 91 c6 00300000"), .. new byte[0x300000]];

        await socket.SendAsync(request, WebSocketMessageType.Binary, true, CancellationToken.None).InTime();
        string answer = await ReceiveAsync(socket);

        Assert.StartsWith("940101c0c600300000", answer, StringComparison.Ordinal);
        Assert.Equal(2 * (9 + 0x300000), answer.Length);
    }

    [Fact]
    public async Task LargeMessage_WithTheClient_GoesBothWays()
    {
        await using RpcHost host = await StartAsync();
        await using MprpcClient client = CreateClient(host);
        byte[] large = new byte[3_000_000];
        Random.Shared.NextBytes(large);

        Assert.Equal(large, await client.CallAsync<byte[]>("echo", large).InTime());
    }

    [Fact]
    public async Task Message_AboveTheLimit_ClosesWithProtocolError()
    {
        await using RpcHost host = await StartAsync(endpoint: options => options.ConfigureLimits(limits => limits.MaxMessageSize = 100));
        using ClientWebSocket socket = await OpenAsync(host);

        await SendAsync(socket, "94 00 01 SUM 94 00 01 a4 6563686f 91 c6 00300000");
        string answer = await ReceiveAsync(socket);
        await ReceiveCloseAsync(socket);

        Assert.Equal("940101c003", answer);
        Assert.Equal(WebSocketCloseStatus.ProtocolError, socket.CloseStatus);
        Assert.Contains("100 bytes", (await host.Log.WaitForAsync(3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TextMessage_Always_ClosesWithInvalidMessageType()
    {
        await using RpcHost host = await StartAsync();
        using ClientWebSocket socket = await OpenAsync(host);

        await socket.SendAsync(Encoding.UTF8.GetBytes("[0,1,\"sum\",[1,2]]"), WebSocketMessageType.Text, true, CancellationToken.None).InTime();
        await ReceiveCloseAsync(socket);

        Assert.Equal(WebSocketCloseStatus.InvalidMessageType, socket.CloseStatus);
        Assert.Contains("binary", socket.CloseStatusDescription, StringComparison.Ordinal);
        Assert.Contains("text message", (await host.Log.WaitForAsync(3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Close_ByThePeer_IsAnsweredAfterTheCallsInFlight()
    {
        var gate = new Gate();
        await using RpcHost host = await StartAsync(gate);
        using ClientWebSocket socket = await OpenAsync(host);
        await SendAsync(socket, "94 00 01 a4 77616974 90");
        await gate.Entered.Task.InTime();

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).InTime();
        gate.Opened.SetResult();
        string answer = await ReceiveAsync(socket);
        await ReceiveCloseAsync(socket);

        Assert.Equal(("940101c001", WebSocketCloseStatus.NormalClosure), (answer, socket.CloseStatus));
    }

    [Fact]
    public async Task Peer_ThatIsGone_CancelsItsCalls()
    {
        var gate = new Gate();
        await using RpcHost host = await StartAsync(gate);
        ClientWebSocket socket = await OpenAsync(host);
        await SendAsync(socket, "94 00 01 a4 77616974 90");
        await gate.Entered.Task.InTime();

        socket.Abort();

        await gate.Cancelled.Task.InTime();
        await using MprpcClient client = CreateClient(host);
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
    }

    [Fact]
    public async Task Stop_WithACallInFlight_AnswersItThenCloses()
    {
        var gate = new Gate();
        await using RpcHost host = await StartAsync(gate);
        using ClientWebSocket socket = await OpenAsync(host);
        await SendAsync(socket, "94 00 01 a4 77616974 90");
        await gate.Entered.Task.InTime();

        Task stopping = host.App.StopAsync();
        await Bounded.Until(() => host.App.Lifetime.ApplicationStopping.IsCancellationRequested, "that the application stops");
        gate.Opened.SetResult();
        string answer = await ReceiveAsync(socket);
        await ReceiveCloseAsync(socket);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).InTime();
        await stopping.InTime();

        Assert.Equal(("940101c001", WebSocketCloseStatus.EndpointUnavailable), (answer, socket.CloseStatus));
    }

    [Fact]
    public async Task Stop_WithIdleClients_IsNotDelayed()
    {
        await using RpcHost host = await StartAsync();
        await using MprpcClient client = CreateClient(host);
        await client.CallAsync<int>("sum", 1, 2).InTime();

        await host.App.StopAsync().InTime();

        await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", 1, 2).InTime());
    }

    [Fact]
    public async Task User_OfTheRequest_IsTheConnections()
    {
        await using RpcHost host = await StartAsync(map: app => app.Use((context, next) =>
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, context.Request.Headers["X-Name"].ToString())], "test"));
            return next(context);
        }));
        await using MprpcClient client = CreateClient(host, socket => socket.SetRequestHeader("X-Name", "anna"));

        Assert.Equal("anna", await client.CallAsync<string>("name").InTime());
    }

    [Fact]
    public async Task RequireAuthorization_OfTheEndpoint_RefusesStrangers()
    {
        await using RpcHost host = await StartAsync(
            configure: builder => builder.Services.AddAuthorization().AddAuthentication("name")
                .AddScheme<AuthenticationSchemeOptions, NameHeader>("name", null),
            conventions: endpoint => endpoint.RequireAuthorization());
        await using MprpcClient stranger = CreateClient(host);
        await using MprpcClient anna = CreateClient(host, socket => socket.SetRequestHeader("X-Name", "anna"));

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => stranger.CallAsync<string>("name").InTime());

        Assert.Contains("401", exception.Message, StringComparison.Ordinal);
        Assert.Equal("anna", await anna.CallAsync<string>("name").InTime());
    }

    [Fact]
    public async Task RequireHost_OfTheEndpoint_Applies()
    {
        await using RpcHost host = await StartAsync(conventions: endpoint => endpoint.RequireHost("example.org"));
        await using MprpcClient client = CreateClient(host);

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", 1, 2).InTime());

        Assert.Contains("404", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://evil.example", false, 403)]
    [InlineData("http://evil.example", true, 403)]
    [InlineData("https://friend.example", true, 101)]
    [InlineData("http://SAME", false, 101)]
    [InlineData("https://SAME", false, 403)]
    [InlineData("http://x@SAME", false, 403)]
    [InlineData("null", false, 403)]
    public async Task Origin_OfAPage_IsRefusedUnlessItIsOursOrAllowed(string origin, bool isAllowed, int status)
    {
        await using RpcHost host = await StartAsync(configure: builder =>
        {
            if (isAllowed)
            {
                builder.Services.Configure<WebSocketOptions>(options => options.AllowedOrigins.Add("https://friend.example"));
            }
        });

        Assert.Equal((HttpStatusCode)status, await StatusForAsync(host, origin));
    }

    [Theory]
    [InlineData("http://evil.example", "https://friend.example", 403)]
    [InlineData("https://friend.example", "https://friend.example", 101)]
    [InlineData("HTTPS://FRIEND.example", "https://friend.example", 101)]
    [InlineData("http://evil.example", "*", 101)]
    [InlineData("http://evil.example", null, 403)]
    public async Task Origin_WhereWebSocketsAreSetUpEarlierInThePipeline_IsCheckedAllTheSame(string origin, string? allowed, int status)
    {
        await using RpcHost host = await StartAsync(
            configure: builder => builder.Services.Configure<WebSocketOptions>(options =>
            {
                if (allowed is not null)
                {
                    options.AllowedOrigins.Add(allowed);
                }
            }),
            map: app => app.UseWebSockets(new WebSocketOptions()));

        Assert.Equal((HttpStatusCode)status, await StatusForAsync(host, origin));
    }

    [Theory]
    [InlineData("default")]
    [InlineData("policy")]
    public async Task Credential_OfARequestWhoseUserAMiddlewareHasReplaced_EndsAllTheSame(string scheme)
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using RpcHost host = await StartAsync(
            configure: builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(clock);
                builder.Services.AddAuthorization().AddAuthentication(scheme == "default" ? "name" : "other")
                    .AddScheme<AuthenticationSchemeOptions, NameHeader>("name", null)
                    .AddScheme<AuthenticationSchemeOptions, NoOne>("other", null);
            },
            map: app =>
            {
                app.UseRouting().UseAuthentication().UseAuthorization();
                app.Use((context, next) =>
                {
                    context.User = new ClaimsPrincipal(context.User.Identities.Append(new ClaimsIdentity([new Claim("department", "sales")])));
                    return next(context);
                });
            },
            conventions: endpoint => endpoint.RequireAuthorization(
                new Microsoft.AspNetCore.Authorization.AuthorizeAttribute { AuthenticationSchemes = scheme == "default" ? null : "name" }));
        await using MprpcClient client = CreateClient(host, socket => socket.SetRequestHeader("X-Name", "anna"));

        string? before = await client.CallAsync<string?>("name").InTime();
        clock.Advance(NameHeader.Lifetime);

        Assert.Equal(("anna", null), (before, await client.CallAsync<string?>("name").InTime()));
    }

    [Fact]
    public async Task SubProtocol_Offered_IsAccepted()
    {
        await using RpcHost host = await StartAsync();
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("other");
        socket.Options.AddSubProtocol("mprpc");

        await socket.ConnectAsync(new Uri($"ws://{host.Http}/rpc"), CancellationToken.None).InTime();

        Assert.Equal("mprpc", socket.SubProtocol);
    }

    [Fact]
    public async Task Request_ThatOpensNoWebSocket_IsTold()
    {
        await using RpcHost host = await StartAsync();
        using var http = new HttpClient();

        using HttpResponseMessage response = await http.GetAsync(new Uri($"http://{host.Http}/rpc")).InTime();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("MessagePack-RPC", await response.Content.ReadAsStringAsync().InTime(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TestServer_InPlaceOfKestrel_IsServedWithoutASocket()
    {
        await using RpcHost host = await StartAsync(configure: builder => builder.WebHost.UseTestServer());
        WebSocket socket = await host.App.GetTestServer().CreateWebSocketClient().ConnectAsync(new Uri("ws://localhost/rpc"), CancellationToken.None).InTime();

        await SendAsync(socket, "94 00 01 SUM");
        string answer = await ReceiveAsync(socket);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).InTime();

        Assert.Equal("940101c003", answer);
    }

    [Fact]
    public async Task Services_None_FailTheStart()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app => app.MapMprpcWebSocket("/rpc")));

        Assert.Contains("MapMprpcWebSocket(\"/rpc\") has no service to serve", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_WhereNothingIs_SaysSo()
    {
        await using RpcHost host = await StartAsync();
        await using var client = new MprpcClient($"ws://{host.Http}/elsewhere");

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum", 1, 2).InTime());

        Assert.False(exception.RequestWasSent);
        Assert.Contains($"ws://{host.Http}/elsewhere", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_OverTls_CallsAndVerifies()
    {
        using var certificates = new TestCertificates();
        await using RpcHost host = await StartAsync(configure: builder => builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseHttps(certificates.Server()))));
        string url = $"wss://127.0.0.1:{new Uri(host.App.Urls.Single()).Port}/rpc";
        await using var trusting = new MprpcClient(url, new MprpcClientOptions { Tls = new() { CertificateChainPolicy = certificates.ChainPolicy() } });
        await using var other = new MprpcClient(url);

        Assert.Equal(3, await trusting.CallAsync<int>("sum", 1, 2).InTime());
        await Assert.ThrowsAsync<MprpcConnectionException>(() => other.CallAsync<int>("sum", 1, 2).InTime());
    }

    [Fact]
    public async Task Client_Disposed_ClosesInGoodOrder()
    {
        await using RpcHost host = await StartAsync();
        MprpcClient client = CreateClient(host);
        await client.CallAsync<int>("sum", 1, 2).InTime();

        await client.DisposeAsync();

        await host.Log.WaitForAsync(2);     // ended, not lost
        Assert.Null(host.Log.Find(4));
    }

    private static MprpcClient CreateClient(RpcHost host, Action<ClientWebSocketOptions>? configure = null)
        => new($"ws://{host.Http}/rpc", new MprpcClientOptions { ConfigureWebSocket = configure });

    private static async Task<HttpStatusCode> StatusForAsync(RpcHost host, string origin)
    {
        using var socket = new ClientWebSocket { Options = { CollectHttpResponseDetails = true } };
        socket.Options.SetRequestHeader("Origin", origin.Replace("SAME", host.Http.ToString(), StringComparison.Ordinal));

        try
        {
            await socket.ConnectAsync(new Uri($"ws://{host.Http}/rpc"), CancellationToken.None).InTime();
        }
        catch (WebSocketException)
        {
            // The status says why.
        }

        return socket.HttpStatusCode;
    }

    private static async Task<ClientWebSocket> OpenAsync(RpcHost host)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{host.Http}/rpc"), CancellationToken.None).InTime();
        return socket;
    }

    private static Task SendAsync(WebSocket socket, string hex)
        => socket.SendAsync(Hex.Bytes(hex), WebSocketMessageType.Binary, true, CancellationToken.None).InTime();

    /// <summary>One whole binary message.</summary>
    private static async Task<string> ReceiveAsync(WebSocket socket)
    {
        using var message = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];

        while (true)
        {
            WebSocketReceiveResult received = await socket.ReceiveAsync(new ArraySegment<byte>(buffer), CancellationToken.None).InTime();
            Assert.Equal(WebSocketMessageType.Binary, received.MessageType);
            message.Write(buffer, 0, received.Count);

            if (received.EndOfMessage)
            {
                return Hex.Text(message.ToArray());
            }
        }
    }

    private static async Task ReceiveCloseAsync(WebSocket socket)
    {
        WebSocketReceiveResult received = await socket.ReceiveAsync(new ArraySegment<byte>(new byte[16]), CancellationToken.None).InTime();

        Assert.Equal(WebSocketMessageType.Close, received.MessageType);
    }

    private static Task<RpcHost> StartAsync(
        Gate? gate = null,
        Action<WebApplicationBuilder>? configure = null,
        Action<WebApplication>? map = null,
        Action<MprpcEndpointOptions>? endpoint = null,
        Action<IEndpointConventionBuilder>? conventions = null)
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(gate ?? new Gate());
                builder.Services.AddMprpc().AddService<Service>();
                configure?.Invoke(builder);
            },
            app =>
            {
                map?.Invoke(app);
                IEndpointConventionBuilder mapped = app.MapMprpcWebSocket("/rpc", endpoint);
                conventions?.Invoke(mapped);
            });

    /// <summary>Believes what a header says.</summary>
    private sealed class NameHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            string? name = Request.Headers["X-Name"];
            return Task.FromResult(name is null
                ? AuthenticateResult.NoResult()
                : AuthenticateResult.Success(new AuthenticationTicket(
                    new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], Scheme.Name)),
                    new AuthenticationProperties { ExpiresUtc = TimeProvider.GetUtcNow() + Lifetime },
                    Scheme.Name)));
        }
    }

    /// <summary>Knows nobody.</summary>
    private sealed class NoOne(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.NoResult());
    }

    private sealed class Gate
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Service(Gate gate)
    {
        public int Sum(int x, int y) => x + y;

        public byte[] Echo(byte[] value) => value;

        public string? Name(MprpcCallContext call) => call.Connection.User.Identity?.Name;

        public async Task<int> WaitAsync(CancellationToken cancellationToken)
        {
            gate.Entered.TrySetResult();

            try
            {
                await gate.Opened.Task.WaitAsync(cancellationToken);
                return 1;
            }
            catch (OperationCanceledException)
            {
                gate.Cancelled.TrySetResult();
                throw;
            }
        }
    }
}
