using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.CustomTransports;

/// <summary>An application that serves a board over no listener: only over the transports that a test gives it.</summary>
internal static class BoardHost
{
    public static Task<RpcHost> StartAsync(Board? board = null, Action<MprpcServerOptions>? configure = null, Action<IServiceCollection>? services = null)
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(board ?? new Board());
                builder.Services.AddMprpc(configure).AddService<Board>();
                builder.Services.AddAuthorization();
                services?.Invoke(builder.Services);
            },
            map: null);

    public static IMprpcServer Server(this RpcHost host) => host.App.Services.GetRequiredService<IMprpcServer>();

    /// <summary>A client and the server's end of its connection, which completes when the server has done with it.</summary>
    public static async Task<(MprpcClient Client, Task Served)> ConnectAsync(this RpcHost host, string kind, MprpcClientOptions? options = null)
    {
        (MprpcTransport server, MprpcTransport client) = await Carriers.CreateAsync(kind);
        Task served = host.Server().ServeAsync(server);
        return (MprpcClient.FromTransport(client, options), served);
    }
}
