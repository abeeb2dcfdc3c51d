using Mprpc.AspNetCore;
using Mprpc.Client;

namespace Mprpc.Contracts.Tests.Kit;

/// <summary>A server of the streams, and clients of it.</summary>
internal sealed class FeedHost : IAsyncDisposable
{
    private readonly ContractHost<IFeed> _host;

    private FeedHost(ContractHost<IFeed> host, FeedLog log)
    {
        _host = host;
        Log = log;
    }

    /// <summary>The typed client as it is injected, which asks for the extensions.</summary>
    public IFeed Client => _host.Client;

    public MprpcClient Untyped => _host.Untyped;

    public FeedLog Log { get; }

    public static async Task<FeedHost> StartAsync(
        Action<IMprpcServiceConventionBuilder>? configure = null,
        Action<MprpcServerOptions>? options = null,
        Action<IServiceCollection>? services = null)
    {
        var log = new FeedLog();
        ContractHost<IFeed> host = await ContractHost<IFeed>.StartAsync(
            app =>
            {
                IMprpcServiceConventionBuilder service = app.MapMprpcService<Feed>(0);
                configure?.Invoke(service);
            },
            all =>
            {
                all.AddSingleton(log).AddScoped<FeedScope>();
                all.Configure(options ?? (_ => { }));
                services?.Invoke(all);
            });
        return new FeedHost(host, log);
    }

    /// <summary>A client with options of its own.</summary>
    public IFeed Connect(MprpcClientOptions options) => _host.Connect(options).As<IFeed>();

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
