using System.Security.Claims;
using MessagePack;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Time.Testing;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>docs/protocol.md 10.2: <c>$/authenticate</c>.</summary>
public sealed class LoginTests
{
    private const string Unauthenticated = "unauthenticated";

    // "$/authenticate" and "Token"; a request to log in as alice, and one as nobody.
    private const string LoginHead = "ae 242f61757468656e746963617465 92 a5 546f6b656e";
    private const string Alice = LoginHead + " a5 616c696365";
    private const string Mallory = LoginHead + " a7 6d616c6c6f7279";
    private const string Refused = """ "unauthenticated: The credential was refused." c0""";

    [Fact]
    public async Task Login_Accepted_IsAnsweredWithNilAndCallsAreTheUsers()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>();
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync($"94 00 01 {Alice}");
        string login = await peer.ReadMessageAsync();
        await peer.SendAsync("94 00 02 a6 77686f616d69 90");

        Assert.Equal("940101c0c0", login);
        MessagePattern.AssertMatches("""94 01 02 c0 "alice" """, await peer.ReadMessageAsync());
    }

    [Theory]
    [InlineData(MprpcExtensions.Never)]
    [InlineData(MprpcExtensions.Always)]
    public async Task Client_WithATokenProvider_LogsInWhateverItUsesOfTheProtocol(MprpcExtensions extensions)
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>(endpoint: options => options.Inspect = MprpcInspect.Authenticated);
        await using var client = new MprpcClient($"tcp://{host.Rpc}", new MprpcClientOptions
        {
            Extensions = extensions,
            TokenProvider = (_, _) => ValueTask.FromResult(new MprpcToken(TokenHandler.Name, "alice")),
        });

        string who = await client.CallAsync<string>("whoami", new MprpcCallOptions { Timeout = Bounded.Time }).InTime();
        MprpcRaw inspected = await client.CallAsync<MprpcRaw>("$/inspect", new MprpcCallOptions { Timeout = Bounded.Time }).InTime();

        Assert.Equal("alice", who);
        Assert.Equal(MessagePackType.Map, inspected.Type);
    }

    [Fact]
    public async Task Login_Refused_LeavesTheUserAsItWasAndTheConnectionOpen()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>();
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync($"94 00 01 {Alice}");
        await peer.ReadMessageAsync();
        await peer.SendAsync($"94 00 02 {Mallory}");
        string refused = await peer.ReadMessageAsync();
        await peer.SendAsync("94 00 03 a6 77686f616d69 90");

        MessagePattern.AssertMatches($"94 01 02 {Refused}", refused);
        MessagePattern.AssertMatches("""94 01 03 c0 "alice" """, await peer.ReadMessageAsync());
    }

    [Fact]
    public async Task Login_RefusedOverAndOver_IsLoggedInPart()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>();
        var watch = System.Diagnostics.Stopwatch.StartNew();

        for (int i = 0; i < 100; i++)
        {
            await using RawPeer peer = await host.DialAsync();
            await peer.SendAsync($"94 00 01 {Mallory}");
            await peer.ReadMessageAsync();
        }

        int seconds = (int)watch.Elapsed.TotalSeconds + 1;

        Assert.InRange(host.Log.Entries.Count(entry => entry.Event.Name == "LoginRefused"), 10, (seconds + 1) * 10);
    }

    [Theory]
    [InlineData("alice", "Token", null)]
    [InlineData("", "Token", Unauthenticated)]
    [InlineData("alice", "", Unauthenticated)]
    [InlineData("alice", "Nonsense", Unauthenticated)]
    [InlineData("alice", "Certificate", Unauthenticated)]       // there, but neither the default nor offered
    [InlineData(TokenHandler.Throwing, "Token", Unauthenticated)]
    public async Task Login_BySchemeAndToken_IsAcceptedOrRefused(string token, string scheme, string? code)
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>();
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(code, await client.CodeOfAsync(SecuredHost.Login, scheme, token));
    }

    [Fact]
    public async Task Login_BySchemeThatIsOffered_PresentsTheTokenAsConfigured()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>(
            server: options =>
            {
                options.Authentication.Schemes.Add("Key");
                options.Authentication.PresentToken("Key", static (request, token) => request.Headers.Authorization = $"Bearer {token};via=key");
            },
            services: services => services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, TokenHandler>("Key", _ => { }));
        await using MprpcClient client = host.CreateClient();

        await client.LogInAsync("bob", "Key");

        Assert.Equal("key", await client.CallAsync<string>("claim", "via").InTime());
    }

    [Fact]
    public async Task Login_InAnApplicationWithoutAuthentication_IsAnUnknownMethod()
    {
        await using RpcHost host = await RpcHost.StartAsync<Service>(services: services => services.AddAuthorization());
        await using MprpcClient client = host.CreateClient();

        Assert.Equal("Method '$/authenticate' not found.", await client.CodeOfAsync(SecuredHost.Login, "Token", "alice"));
    }

    [Fact]
    public async Task Login_AsNotification_IsIgnored()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>();
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync($"93 02 {Alice}");
        await peer.SendAsync("94 00 03 a6 77686f616d69 90");

        Assert.Equal("940103c0c0", await peer.ReadMessageAsync());
    }

    [Fact]
    public async Task Login_WithOtherParams_IsAnsweredAsForAnyMethod()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>();
        await using MprpcClient client = host.CreateClient();

        Assert.Equal("Method '$/authenticate' takes 2 params; request 0 has 1.", await client.CodeOfAsync(SecuredHost.Login, "Token"));
        Assert.Equal("Param 2 ('token') of method '$/authenticate' must be string.", await client.CodeOfAsync(SecuredHost.Login, "Token", 7));
    }

    [Fact]
    public async Task Login_Again_ChangesTheUserAndForgetsItsVerdicts()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>();
        await using MprpcClient client = host.CreateClient();

        await client.LogInAsync("alice;role=admin");
        string? asAdmin = await client.CodeOfAsync("admin");
        string? asAdminAgain = await client.CodeOfAsync("admin");
        await client.LogInAsync("alice");
        string? asAlice = await client.CodeOfAsync("admin");

        Assert.Equal((null, null, "forbidden"), (asAdmin, asAdminAgain, asAlice));
    }

    [Fact]
    public async Task Login_WhileACallRuns_LeavesThatCallItsUser()
    {
        var gate = new Gate();
        await using RpcHost host = await SecuredHost.StartAsync<Service>(services: services => services.AddSingleton(gate));
        await using MprpcClient client = host.CreateClient();

        await client.LogInAsync("alice");
        Task<string> running = client.CallAsync<string>("whoami_later").AsTask();
        await gate.Entered.Task.InTime();
        await client.LogInAsync("bob");
        gate.Open.SetResult();

        Assert.Equal("alice", await running.InTime());
        Assert.Equal("bob", await client.CallAsync<string>("whoami").InTime());
    }

    [Fact]
    public async Task Credential_AtItsEnd_IsNoUsersAnyMoreUntilTheNextLogin()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        await using RpcHost host = await SecuredHost.StartAsync<Service>(services: services => services.AddSingleton<TimeProvider>(clock));
        await using MprpcClient client = host.CreateClient();

        await client.LogInAsync("alice;role=admin;seconds=60");
        string?[] before = [await client.CodeOfAsync("admin"), await client.CodeOfAsync("admin")];
        clock.Advance(TimeSpan.FromSeconds(59));
        string? inTime = await client.CodeOfAsync("admin");
        clock.Advance(TimeSpan.FromSeconds(1));
        var expired = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync("admin").InTime());
        string? user = await client.CallAsync<string?>("whoami").InTime();
        await client.LogInAsync("alice;role=admin;seconds=60");
        string? after = await client.CodeOfAsync("admin");

        Assert.Equal([null, null], before);
        Assert.Null(inTime);
        Assert.Equal((Unauthenticated, "unauthenticated: The login has expired. Log in again."), (expired.Code, expired.Message));
        Assert.Null(user);
        Assert.Null(after);
    }

    [Fact]
    public async Task Logins_ThatFail_CloseTheConnectionAfterTheLastThatMay()
    {
        await using RpcHost host = await SecuredHost.StartAsync<Service>(server: options => options.Authentication.MaxFailedLogins = 2);
        await using RawPeer peer = await host.DialAsync();

        // Four at once: what the last two would have brought is not looked at.
        await peer.SendAsync($"94 00 01 {Mallory} 94 00 02 {Mallory} 94 00 03 {Alice} 94 00 04 {Alice}");
        List<string> answers = [.. (await peer.ReadMessagesAsync(4)).Order(StringComparer.Ordinal)];     // those that are not looked at may come first
        string rest = await peer.ReadToEndAsync();

        MessagePattern.AssertMatches($"94 01 01 {Refused}", answers[0]);
        MessagePattern.AssertMatches($"94 01 02 {Refused}", answers[1]);
        MessagePattern.AssertMatches("""94 01 03 "unauthenticated: Too many logins have failed, or are under way." c0""", answers[2]);
        MessagePattern.AssertMatches("""94 01 04 "unauthenticated: Too many logins have failed, or are under way." c0""", answers[3]);
        Assert.Equal("", rest);
    }

    private sealed class Gate
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Service(IServiceProvider services)
    {
        [MprpcMethod("whoami")]
        public string? WhoAmI(MprpcCallContext call) => call.User.Identity?.Name;

        [MprpcMethod("whoami_later")]
        public async Task<string?> WhoAmILaterAsync(MprpcCallContext call)
        {
            var gate = services.GetRequiredService<Gate>();
            gate.Entered.SetResult();
            await gate.Open.Task;
            return call.User.Identity?.Name;
        }

        public string? Claim(MprpcCallContext call, string type) => call.User.FindFirstValue(type);

        [Authorize(Roles = "admin")]
        public void Admin()
        {
        }
    }
}
