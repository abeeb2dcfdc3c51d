using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Tests.Listeners;

namespace Mprpc.AspNetCore.Tests.Stopping;

/// <summary>A stop while a thousand peers are logging in.</summary>
public sealed class PendingLoginTests
{
    private const int Peers = 1_000;

    // [0, 1, "$/authenticate", ["Gate", "x"]]
    private const string Login = "94 00 01 ae 242f61757468656e746963617465 92 a4 47617465 a1 78";

    [Fact]
    public async Task Stop_WithAThousandLoginsPending_AnswersThoseThatEnd()
    {
        var gate = new Gate();
        await using RpcHost host = await StartAsync(gate, Bounded.Time * 10);
        RawPeer[] peers = await BeginLoginsAsync(host, gate);

        Task stopping = host.App.StopAsync();
        await Bounded.Until(() => host.App.Lifetime.ApplicationStopping.IsCancellationRequested, "that it stops");
        gate.Opened.SetResult();
        string[] answers = await Task.WhenAll(peers.Select(peer => peer.ReadToEndAsync()));
        await stopping.InTime();

        Assert.All(answers, answer => Assert.Equal("940101c0c0", answer));
        await DisposeAsync(peers);
    }

    [Fact]
    public async Task Stop_WithAThousandLoginsThatNeverEnd_CancelsThemAtTheDeadline()
    {
        var gate = new Gate();
        await using RpcHost host = await StartAsync(gate, TimeSpan.FromSeconds(1));
        RawPeer[] peers = await BeginLoginsAsync(host, gate);

        await host.App.StopAsync().InTime();
        await Task.WhenAll(peers.Select(peer => peer.ReadToAnyEndAsync()));

        await Bounded.Until(() => gate.Running == 0, "that each scheme was cancelled");
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level >= LogLevel.Error);
        await DisposeAsync(peers);
    }

    private static async Task<RawPeer[]> BeginLoginsAsync(RpcHost host, Gate gate)
    {
        RawPeer[] peers = await Task.WhenAll(Enumerable.Range(0, Peers).Select(_ => host.DialAsync()));
        await Task.WhenAll(peers.Select(peer => peer.SendAsync(Login)));
        await Bounded.Until(() => gate.Running == Peers, "that all log in");
        return peers;
    }

    private static async Task DisposeAsync(RawPeer[] peers)
    {
        foreach (RawPeer peer in peers)
        {
            await peer.DisposeAsync();
        }
    }

    private static Task<RpcHost> StartAsync(Gate gate, TimeSpan shutdownTimeout)
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = shutdownTimeout);
                builder.Services.AddSingleton(gate).AddAuthorization().AddAuthentication("Gate")
                    .AddScheme<AuthenticationSchemeOptions, SlowHandler>("Gate", null);
                builder.Services.AddMprpc();
            },
            app => app.MapMprpcService<Adder>(0).WithEndpoint(options => options.RequireAuthentication = true));

    private sealed class Gate
    {
        private int _running;

        public int Running => Volatile.Read(ref _running);

        public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task WaitAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _running);

            try
            {
                await Opened.Task.WaitAsync(cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }
    }

    /// <summary>As one that asks another server.</summary>
    private sealed class SlowHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, Gate gate)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            await gate.WaitAsync(Context.RequestAborted);
            return AuthenticateResult.Success(
                new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "anna")], Scheme.Name)), Scheme.Name));
        }
    }
}
