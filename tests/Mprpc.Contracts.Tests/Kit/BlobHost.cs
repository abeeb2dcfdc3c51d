using Mprpc.Client;

namespace Mprpc.Contracts.Tests.Kit;

/// <summary>A server of streams of bytes, and clients of it.</summary>
internal sealed class BlobHost : IAsyncDisposable
{
    private readonly ContractHost<IBlobs> _host;

    private BlobHost(ContractHost<IBlobs> host, BlobLog log)
    {
        _host = host;
        Log = log;
    }

    public IBlobs Client => _host.Client;

    public MprpcClient Untyped => _host.Untyped;

    public BlobLog Log { get; }

    public static async Task<BlobHost> StartAsync(Action<IServiceCollection>? services = null)
    {
        var log = new BlobLog();
        ContractHost<IBlobs> host = await ContractHost<IBlobs>.StartAsync(
            app => app.MapMprpcService<Blobs>(0),
            all =>
            {
                all.AddSingleton(log);
                services?.Invoke(all);
            });
        return new BlobHost(host, log);
    }

    /// <summary>A client with options of its own.</summary>
    public MprpcClient Connect(MprpcClientOptions options) => _host.Connect(options);

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
