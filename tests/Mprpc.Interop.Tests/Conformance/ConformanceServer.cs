using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore;
using Mprpc.Conformance.Server;
using Mprpc.Interop.Tests.Conformance;

[assembly: AssemblyFixture(typeof(ConformanceServer))]

namespace Mprpc.Interop.Tests.Conformance;

/// <summary>Our server with the conformance service: a listener for each profile, each preset and each order, on free ports.</summary>
public sealed class ConformanceServer : IAsyncLifetime
{
    private readonly Dictionary<object, ListenOptions> _listeners = [];
    private readonly TemporaryFolder _folder = new();
    private WebApplication? _app;

    public static string Host => "127.0.0.1";

    public Uri UnixSocket => new($"unix://{_folder.PathOf("server.sock")}");

    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMprpc();
        builder.Services.AddSingleton<ConformanceService>();
        builder.Services.AddAuthorization().AddAuthentication();
        builder.WebHost.ConfigureKestrel(Listen);
        _app = builder.Build();
        await _app.StartAsync().InTime();
    }

    public Uri EndpointOf(Profile profile) => UrlOf(profile);

    public Uri EndpointOf(MprpcResponseOrder order) => UrlOf(order);

    /// <param name="peer">A preset; null: the defaults.</param>
    public Uri EndpointOf(MprpcPeer? peer) => peer is null ? UrlOf(Profile.Default) : UrlOf(peer);

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            // Cases leave calls that never end.
            using var atOnce = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await _app.StopAsync(atOnce.Token);
            await _app.DisposeAsync();
        }

        _folder.Dispose();
    }

    private void Listen(KestrelServerOptions kestrel)
    {
        Add(Profile.Default, _ => { });
        Add(Profile.OldSpec, options => options.OldSpec = true);
        Add(Profile.NeovimErrors, options => options.ErrorShape = MprpcErrorShape.CodeAndMessage);
        Add(Profile.RubyErrors, options => options.ErrorShape = MprpcErrorShape.CodeWithMessageAsResult);
        Add(Profile.JubatusErrors, options => options.ErrorShape = MprpcErrorShape.Number);
        Add(Profile.OnePlace, options => options.ConfigureLimits(limits => limits.MaxCallsInFlightPerConnection = 1));
        Add(Profile.RequiresLogin, options => options.RequireAuthentication = true);
        Add(Profile.NoExtensions, options => options.Extensions = false);
        Add(Profile.InOrder, options => options.ResponseOrder = MprpcResponseOrder.InOrder);
        Add(MprpcResponseOrder.InOrder, options => options.ResponseOrder = MprpcResponseOrder.InOrder);
        Add(MprpcResponseOrder.LastInFirstOut, options => options.ResponseOrder = MprpcResponseOrder.LastInFirstOut);

        foreach (MprpcPeer peer in MprpcPeer.All)
        {
            Add(peer, options => options.UsePeer(peer));
        }

        if (!OperatingSystem.IsWindows())
        {
            kestrel.ListenUnixSocket(UnixSocket.LocalPath, listener => listener.UseMessagePackRpc(options => options.MapService<ConformanceService>()));
        }

        void Add(object key, Action<MprpcEndpointOptions> configure)
            => kestrel.Listen(IPAddress.Loopback, 0, listener =>
            {
                _listeners.Add(key, listener);
                listener.UseMessagePackRpc(options => configure(options.MapService<ConformanceService>()));
            });
    }

    // Once it listens, the options tell the port that the system has chosen.
    private Uri UrlOf(object key) => new($"tcp://{_listeners[key].IPEndPoint}");
}
