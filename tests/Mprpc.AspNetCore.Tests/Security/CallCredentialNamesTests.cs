using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Time.Testing;
using Mprpc.AspNetCore.Tests.Security.Kit;
using static Mprpc.AspNetCore.Tests.Security.Kit.CallsWithCredentials;

namespace Mprpc.AspNetCore.Tests.Security;

/// <summary>What a peer learns by calls whose credentials are refused: nothing of any method; and whom an endpoint that requires login lets in.</summary>
public sealed class CallCredentialNamesTests
{
    private const string Refused = "unauthenticated: The credential was refused.";

    private static readonly string[] Methods = ["ping", "admin", "hurried", "hidden", "nosuch", "", "$/authenticate", "$/call"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Call_WithACredentialThatIsRefused_GetsTheSameBytesWhateverItNames(bool requiresLogin)
    {
        await using RpcHost host = await StartAsync(requiresLogin);
        await using RawPeer peer = await host.DialAsync();
        string bearer = Text("Bearer alice");
        string[] metadata =
        [
            $"81 {Text(Key)} {Text("Bearer mallory")}", $"81 {Text(Key)} {Text("Basic alice")}", $"81 {Text(Key)} {Text("")}",
            $"81 {Text(Key)} c4 0c {Hex.Text("Bearer alice"u8)}",                           // binary
            $"82 {Text(Key)} {bearer} {Text(Key)} {bearer}",                                // two of them
            $"81 {Text(Key)} {Text("Bearer " + new string('x', 8000))}",                    // long
            $"81 {Text(Key)} {Text("Bearer ali\nce\0")}",
            $"81 {Text(Key)} ab {Hex.Text("Bearer "u8)} c0ff80ff",                           // no UTF-8
            $"82 {Text("x")} {bearer} {Text(Key)} {Text("Bearer mallory")}",
        ];

        foreach (string entries in metadata)
        {
            await peer.SendAsync(string.Concat(Methods.Select((method, i) => Request(i, entries, method, options: 1))));
            List<string> answers = [.. (await peer.ReadMessagesAsync(Methods.Length)).Order(StringComparer.Ordinal)];     // by their msgids

            for (int i = 0; i < Methods.Length; i++)
            {
                MessagePattern.AssertMatches($"94 01 {i:x2} \"{Refused}\" c0", answers[i]);
            }
        }
    }

    [Fact]
    public async Task Metadata_ThatIsTooLarge_IsRefusedBeforeAnySchemeAndWithoutTheValue()
    {
        await using RpcHost host = await StartAsync(requiresLogin: true);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync(Request(1, "Bearer alice" + new string('x', 9000), "ping"));
        string answer = await peer.ReadMessageAsync();

        Assert.Contains(Hex.Text("8,192"u8), answer, StringComparison.Ordinal);
        Assert.DoesNotContain(Hex.Text("alice"u8), answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stranger_WithACredentialThatIsGood_IsLetInForThatCallAlone()
    {
        await using RpcHost host = await StartAsync(requiresLogin: true);
        await using RawPeer peer = await host.DialAsync();
        string[] requests =
        [
            Request(1, "Bearer alice", "ping"), $"94 00 02 {Text("ping")} 90", Request(3, "Bearer alice", "nosuch"), Request(4, "Bearer alice", "admin"),
            Request(5, "Bearer alice;role=admin", "admin"), $"94 00 06 {Text("nosuch")} 90",
            Request(7, $"81 {Text("tenant")} {Text("x")}", "ping", options: 1),
            Request(8, $"81 {Text(Key)} {Text("Bearer alice")}", "ping", options: 2, rest: $"{Text("meta")} c0"),       // the last one counts
        ];
        List<string> answers = [];

        foreach (string request in requests)
        {
            await peer.SendAsync(request);
            answers.Add(await peer.ReadMessageAsync());
        }

        const string First = "\"unauthenticated: Log in first.\"";
        const string Forbidden = "\"forbidden: There is no such method, or it is not for this user.\"";
        string[] expected = ["c0 01", $"{First} c0", $"{Forbidden} c0", $"{Forbidden} c0", "c0 c0", $"{First} c0", $"{First} c0", $"{First} c0"];

        for (int i = 0; i < expected.Length; i++)
        {
            MessagePattern.AssertMatches($"94 01 {i + 1:x2} {expected[i]}", answers[i]);
        }
    }

    [Fact]
    public async Task Stranger_WhereTheOptionIsOff_IsNotLetIn()
    {
        await using RpcHost host = await StartAsync(requiresLogin: true, options => options.AllowCallCredentials = false);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync(Request(1, "Bearer alice", "ping") + Request(2, "Bearer mallory", "ping"));
        List<string> answers = await peer.ReadMessagesAsync(2);

        MessagePattern.AssertMatches("""94 01 01 "unauthenticated: Log in first." c0""", answers[0]);
        MessagePattern.AssertMatches("""94 01 02 "unauthenticated: Log in first." c0""", answers[1]);
    }

    [Fact]
    public async Task TimeOfAMethod_BeforeItsCallsCredentialIsAccepted_DoesNotRun()
    {
        var clock = new FakeTimeProvider();
        var gate = new GatedHandler.Gate();
        await using RpcHost host = await StartAsync(requiresLogin: true, services: services =>
        {
            services.AddSingleton<TimeProvider>(clock);
            GatedHandler.Add(services, gate);
        });
        await using RawPeer peer = await host.DialAsync();
        await peer.SendAsync(Request(1, "Bearer mallory", "hurried") + Request(1, "Bearer mallory", "nosuch"));
        await Bounded.Until(() => gate.Entered == 2, "the scheme");

        clock.Advance(TimeSpan.FromSeconds(5));
        gate.Opened.SetResult();
        List<string> answers = await peer.ReadMessagesAsync(2);

        MessagePattern.AssertMatches($"94 01 01 \"{Refused}\" c0", Assert.Single(answers.Distinct()));
    }

    [Fact]
    public async Task TimeOfAMethod_OnceItsCallsCredentialIsAccepted_Runs()
    {
        var clock = new FakeTimeProvider();
        await using RpcHost host = await StartAsync(requiresLogin: true, services: services => services.AddSingleton<TimeProvider>(clock));
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync(Request(1, "Bearer alice", "hurried"));
        Task<string> answer = peer.ReadMessageAsync();
        await clock.AdvanceUntilAsync(TimeSpan.FromMilliseconds(100), answer, "the answer");

        Assert.Contains(Hex.Text("timeout: "u8), await answer, StringComparison.Ordinal);
    }

    private static Task<RpcHost> StartAsync(
        bool requiresLogin, Action<MprpcEndpointOptions>? endpoint = null, Action<IServiceCollection>? services = null)
        => SecuredHost.StartAsync<Service>(
            server: options => options.Authentication.MaxCallsInFlightBeforeLogin = 100,
            endpoint: options =>
            {
                options.RequireAuthentication = requiresLogin;
                options.AllowCallCredentials = true;
                endpoint?.Invoke(options);
            },
            services: services);

    private sealed class Service
    {
        [AllowAnonymous]
        public int Ping() => 1;

        [Authorize(Roles = "admin")]
        public void Admin()
        {
        }

        [MprpcMethod(TimeoutMilliseconds = 1000)]
        public Task Hurried(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

        [MprpcIgnore]
        public void Hidden()
        {
        }
    }
}
