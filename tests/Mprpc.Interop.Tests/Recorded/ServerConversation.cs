using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore;
using Mprpc.Conformance.Wire;

namespace Mprpc.Interop.Tests.Recorded;

/// <summary>Plays a conversation of a client with our server.</summary>
/// <remarks>
/// Steps: <c>&gt; vector</c> sends, its answers come in this order; <c>&gt;&gt; vector</c> the same, in any order; <c>send vector</c>
/// sends and goes on; <c>fin</c> ends the client's side; <c>stop</c> stops the server.
/// </remarks>
internal sealed class ServerConversation : IAsyncDisposable
{
    private const string Peer = "peer ";

    private readonly WebApplication _app;
    private readonly ListenOptions _listener;

    private ServerConversation(WebApplication app, ListenOptions listener)
    {
        _app = app;
        _listener = listener;
    }

    public static async Task PlayAsync(RecordedConversation conversation, SplitMode mode, Hearing hearing)
    {
        await using ServerConversation server = await StartAsync(conversation.Name);
        using WireSocket socket = await WireSocket.ConnectAsync(new Uri($"tcp://{server._listener.IPEndPoint}"), CancellationToken.None);

        foreach (RecordedStep step in conversation.Steps)
        {
            switch (step.Verb)
            {
                case ">" or ">>" or "send":
                    Task sending = Hearing.SayAsync(socket, step.Text, mode);

                    if (step.Verb != "send")
                    {
                        await hearing.HearAsync(step, socket, inAnyOrder: step.Verb == ">>");
                    }

                    await sending;
                    break;
                case "fin":
                    socket.FinishSending();
                    await hearing.HearAsync(step, socket, toTheEnd: true);
                    break;
                case "stop":
                    // What a server that stops has not read is not answered.
                    RecordedService service = server._app.Services.GetRequiredService<RecordedService>();
                    await Bounded.Until(() => service.IsWaiting, "the request at the server");
                    Task stopping = server._app.StopAsync();
                    await hearing.HearAsync(step, socket, toTheEnd: true);
                    await stopping.InTime();
                    break;
                default:
                    throw new InvalidOperationException($"No such step: {step}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    private static async Task<ServerConversation> StartAsync(string name)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMprpc(options => options.Authentication.LoginTimeout = TimeSpan.FromMinutes(10));     // a recording takes its time
        builder.Services.AddSingleton<RecordedService>();
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(RecordedTokens.Name).AddScheme<AuthenticationSchemeOptions, RecordedTokens>(RecordedTokens.Name, _ => { });
        builder.Services.AddRateLimiter(limiter => limiter.AddFixedWindowLimiter(RecordedService.Limiter, window =>
        {
            window.PermitLimit = 1;
            window.Window = TimeSpan.FromHours(1);
            window.QueueLimit = 0;
        }));
        ListenOptions? listener = null;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, options =>
        {
            listener = options;
            options.UseMessagePackRpc(endpoint => Configure(endpoint.Serve(), name));
        }));
        WebApplication app = builder.Build();
        await app.StartAsync().InTime();
        return new ServerConversation(app, listener!);
    }

    private static void Configure(MprpcEndpointOptions options, string name)
    {
        switch (name)
        {
            case "default" or "control" or "refused" or "stop" or "close" or "fin":
                break;
            case "in order":
                options.ResponseOrder = MprpcResponseOrder.InOrder;
                break;
            case "last in first out":
                options.ResponseOrder = MprpcResponseOrder.LastInFirstOut;
                break;
            case "old spec":
                options.OldSpec = true;
                break;
            case "errors as map":
                options.ErrorShape = MprpcErrorShape.Map;
                break;
            case "one place":
                options.ConfigureLimits(limits => limits.MaxCallsInFlightPerConnection = 1);
                break;
            case "half closed":
                options.ConfigureLimits(limits => limits.HalfCloseTimeout = TimeSpan.FromMilliseconds(500));
                break;
            case "small answers":
                options.ConfigureLimits(limits => limits.MaxSendMessageSize = 1024);
                break;
            case "login" or "login refused":
                options.RequireAuthentication = true;
                break;
            case not null when name.StartsWith(Peer, StringComparison.Ordinal):
                options.UsePeer(MprpcPeer.All.Single(peer => peer.Name == name[Peer.Length..]));
                break;
            default:
                throw new InvalidOperationException($"No such listener: {name}");
        }
    }
}
