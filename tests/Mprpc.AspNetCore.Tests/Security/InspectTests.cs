using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>The call <c>$/inspect</c>: who is answered, and which methods the answer lists (docs/protocol.md 10.11).</summary>
public sealed class InspectTests
{
    private const string Inspect = "a9 242f696e7370656374";

    [Fact]
    public async Task Request_OfASmallService_IsAnsweredByteForByte()
    {
        await using RpcHost host = await StartAsync<Adder>(MprpcInspect.Everyone);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync($"94 00 0b {Inspect} 90");

        // {"protocol": 1, "functions": [{"name": "sum", "parameters": [["int32", "x"], ["int32", "y"]], "required": 2, "return_type": "int32", ...}],
        // "types": {}}
        MessagePattern.AssertMatches(
            """94 01 0b c0 83 "protocol" 01 "functions" 91 86 "name" "sum" "parameters" 92 92 "int32" "x" 92 "int32" "y" "required" 02 """
                + """ "return_type" "int32" "stream" c2 "notify" c2 "types" 80""",
            await peer.ReadMessageAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(MprpcInspect.Off)]
    public async Task Request_ToAnEndpointWhereItIsOff_GetsTheBytesOfAnUnknownMethod(MprpcInspect? inspect)
    {
        await using RpcHost host = await StartAsync<Adder>(inspect);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync($"94 00 0b {Inspect} 90 94 00 0b a9 242f696e7370656373 90");
        List<string> answers = await peer.ReadMessagesAsync(2);

        // The two names differ in their last letter.
        Assert.Equal(answers[1], answers[0].Replace("242f696e7370656374", "242f696e7370656373", StringComparison.Ordinal));
        Assert.Contains("242f696e7370656374", answers[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_InDevelopment_IsAnsweredByDefault()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app => app.MapMprpcService<Adder>(0),
            ["--urls", "http://127.0.0.1:0", "--environment", "Development"]);
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(["sum"], await NamesAsync(client));
    }

    [Fact]
    public async Task Request_InDevelopmentWhereTheExtensionsAreOff_GetsTheBytesOfAnUnknownMethod()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app => app.MapMprpcService<Adder>(0).WithEndpoint(options => options.Extensions = false),
            ["--urls", "http://127.0.0.1:0", "--environment", "Development"]);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync($"94 00 0b {Inspect} 90");

        MessagePattern.AssertMatches("""94 01 0b "Method '$/inspect' not found." c0""", await peer.ReadMessageAsync());
    }

    [Fact]
    public async Task Request_WhereOnlyUsersMayAsk_IsRefusedUntilLogin()
    {
        await using RpcHost host = await StartAsync<Guarded>(MprpcInspect.Authenticated);
        await using MprpcClient client = host.CreateClient();

        string? before = await client.CodeOfAsync("$/inspect");
        await client.LogInAsync("alice");

        Assert.Equal("unauthenticated", before);
        Assert.Contains("open", await NamesAsync(client));
    }

    [Fact]
    public async Task Request_OnAnEndpointThatRequiresLogin_GetsTheBytesOfAnyOtherCall()
    {
        await using RpcHost host = await StartAsync<Guarded>(MprpcInspect.Everyone, endpoint => endpoint.RequireAuthentication = true);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync($"94 00 0b {Inspect} 90");
        string inspect = await peer.ReadMessageAsync();
        await peer.SendAsync("94 00 0b a6 6e6f73756368 90");

        Assert.Equal(await peer.ReadMessageAsync(), inspect);
    }

    [Theory]
    [InlineData(null, "later open")]
    [InlineData("alice", "late later open users")]
    [InlineData("alice;role=admin", "admins late later open users")]
    public async Task Document_OfACaller_ListsWhatItMayCall(string? token, string expected)
    {
        await using RpcHost host = await StartAsync<Guarded>(MprpcInspect.Everyone);
        await using MprpcClient client = host.CreateClient();

        if (token is not null)
        {
            await client.LogInAsync(token);
        }

        Assert.Equal(expected, string.Join(' ', await NamesAsync(client)));
        Assert.Equal(expected, string.Join(' ', await NamesAsync(client)));     // verdicts may have been kept
    }

    [Fact]
    public async Task Document_OfACaller_ListsOnlyTypesOfItsMethods()
    {
        await using RpcHost host = await StartAsync<Guarded>(MprpcInspect.Everyone);
        await using MprpcClient client = host.CreateClient();

        JsonNode before = await InspectAsync(client);
        await client.LogInAsync("alice;role=admin");
        JsonNode after = await InspectAsync(client);

        Assert.Equal(["Seen"], before["types"]!.AsObject().Select(type => type.Key));
        Assert.Equal(["Inside", "Secret", "Seen"], after["types"]!.AsObject().Select(type => type.Key));
    }

    [Theory]
    [InlineData("", "later open")]
    [InlineData("op", "open")]
    [InlineData("Op", "")]
    public async Task Document_WithAPrefix_ListsMethodsThatBeginWithIt(string prefix, string expected)
    {
        await using RpcHost host = await StartAsync<Guarded>(MprpcInspect.Everyone);
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(expected, string.Join(' ', await NamesAsync(client, prefix)));
        Assert.Equal("later open", string.Join(' ', await NamesAsync(client, [null])));
    }

    [Theory]
    [InlineData("91 01")]
    [InlineData("92 a0 a0")]
    [InlineData("80")]
    public async Task Request_WithWrongParams_IsAnError(string parameters)
    {
        await using RpcHost host = await StartAsync<Adder>(MprpcInspect.Everyone);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync($"94 00 0b {Inspect} {parameters} 93 02 {Inspect} 90 94 00 01 SUM");

        MessagePattern.AssertMatches("94 01 0b ERROR c0", await peer.ReadMessageAsync());
        Assert.Equal("940101c003", await peer.ReadMessageAsync());      // nothing answers a notification
    }

    [Fact]
    public async Task Request_OverTheRateLimit_IsRefused()
    {
        await using RpcHost host = await StartAsync<Adder>(
            MprpcInspect.Everyone,
            endpoint => endpoint.RateLimitingPolicy = "one",
            services => services.AddRateLimiter(limiter => limiter.AddFixedWindowLimiter("one", window =>
            {
                window.PermitLimit = 1;
                window.Window = TimeSpan.FromHours(1);
            })));
        await using MprpcClient client = host.CreateClient();

        Assert.Equal((null, "rate_limited"), (await client.CodeOfAsync("$/inspect"), await client.CodeOfAsync("$/inspect")));
    }

    [Fact]
    public async Task Option_OfAnotherValue_FailsTheStart()
    {
        Exception exception = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync<Adder>((MprpcInspect)7));

        Assert.Contains("MprpcEndpointOptions.Inspect) set to 7; allowed are Off, Authenticated, Everyone", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Document_OfFiveHundredMethods_IsSentWhole()
    {
        await using RpcHost host = await StartManyAsync(maxSendMessageSize: null);
        await using var client = new MprpcClient($"tcp://{host.Http}");

        MprpcRaw document = await client.CallAsync<MprpcRaw>("$/inspect").InTime();

        Assert.Equal(500, JsonNode.Parse(document.ToString())!["functions"]!.AsArray().Count);
        Assert.InRange(document.Memory.Length, 1, 100_000);
    }

    [Fact]
    public async Task Document_LargerThanMayBeSent_IsToldSo()
    {
        await using RpcHost host = await StartManyAsync(maxSendMessageSize: 10_000);
        await using var client = new MprpcClient($"tcp://{host.Http}");

        Assert.Equal("too_large", await client.CodeOfAsync("$/inspect"));
        Assert.Null(await client.CodeOfAsync("$/inspect", "s7."));
    }

    private static Task<RpcHost> StartAsync<T>(
        MprpcInspect? inspect, Action<MprpcEndpointOptions>? configure = null, Action<IServiceCollection>? services = null)
        where T : class
        => SecuredHost.StartAsync<T>(
            authorization =>
            {
                authorization.AddPolicy("fails", policy => policy.RequireAssertion(_ => Fail()));
                authorization.AddPolicy("late", policy => policy.RequireAssertion(async context =>
                {
                    await Task.Yield();
                    return context.Resource is MprpcCallContext { Method: "late", User.Identity.IsAuthenticated: true };
                }));
            },
            endpoint: endpoint =>
            {
                endpoint.Inspect = inspect;
                configure?.Invoke(endpoint);
            },
            services: services);

    private static bool Fail() => throw new InvalidOperationException("The directory does not answer.");

    private static Task<RpcHost> StartManyAsync(int? maxSendMessageSize)
        => RpcHost.StartOnKestrelAsync(endpoint =>
        {
            endpoint.Inspect = MprpcInspect.Everyone;
            endpoint.ConfigureLimits(limits => limits.MaxSendMessageSize = maxSendMessageSize ?? limits.MaxSendMessageSize);

            for (int i = 0; i < 500; i++)
            {
                endpoint.MapService<Adder>($"s{i}");
            }
        });

    private static async Task<JsonNode> InspectAsync(MprpcClient client, params object?[] prefix)
        => JsonNode.Parse((await client.CallAsync<MprpcRaw>("$/inspect", prefix).InTime()).ToString())!;

    private static async Task<List<string>> NamesAsync(MprpcClient client, params object?[] prefix)
        => [.. (await InspectAsync(client, prefix))["functions"]!.AsArray().Select(function => (string)function!["name"]!)];

    internal sealed class Adder
    {
        public int Sum(int x, int y) => x + y;
    }

    internal sealed record Seen(int X);

    internal sealed record Secret(Inside[] Parts);

    internal sealed record Inside(int Y);

    internal sealed class Guarded
    {
        public Seen Open() => new(1);

        public Task<Seen> LaterAsync() => Task.FromResult(new Seen(2));

        [Authorize]
        public void Users()
        {
        }

        [Authorize(Roles = "admin")]
        public Secret Admins() => new([]);

        [Authorize("late")]
        public void Late()
        {
        }

        [Authorize("fails")]
        public void Failing()
        {
        }
    }
}
