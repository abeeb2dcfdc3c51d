using Mprpc.AspNetCore.Clients;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Clients.Kit;

/// <summary>An application that calls its clients, and clients of it.</summary>
internal static class LobbyHost
{
    // [0, 0, "$/hello", [1, {"calls": 100}]]
    public const string Hello = "94 00 00 a7242f68656c6c6f 92 01 81 a563616c6c7364";

    public static Task<RpcHost> StartAsync(
        Action<MprpcServerOptions>? server = null, Action<MprpcEndpointOptions>? endpoint = null, Action<IMprpcServerBuilder>? services = null)
        => RpcHost.StartAsync(
            builder =>
            {
                IMprpcServerBuilder mprpc = builder.Services.AddMprpc(server);
                services?.Invoke(mprpc);
            },
            app => app.MapMprpcService<Lobby>(0).WithEndpoint(endpoint ?? (_ => { })));

    public static IMprpcClients<IScreen> Clients(this RpcHost host) => host.App.Services.GetRequiredService<IMprpcClients<IScreen>>();

    /// <summary>A client whose methods the server can call from now on.</summary>
    public static async Task<(MprpcClient Client, string Id)> JoinAsync(
        this RpcHost host, IScreen screen, Action<MprpcClientOptions>? configure = null, params string[] groups)
    {
        MprpcClientOptions options = new MprpcClientOptions { Extensions = MprpcExtensions.Always }.AddHandlers(screen);
        configure?.Invoke(options);
        var client = new MprpcClient($"tcp://{host.Rpc}", options);
        string id = await client.CallAsync<string>("id").InTime();

        foreach (string group in groups)
        {
            await client.CallAsync("join", group).InTime();
        }

        return (client, id);
    }

    /// <summary>A peer of bytes that has said that it serves methods.</summary>
    public static async Task<RawPeer> DialWithHelloAsync(this RpcHost host)
    {
        RawPeer peer = await host.DialAsync();
        await peer.SendAsync(Hello);
        await peer.ReadMessageAsync();
        return peer;
    }

    /// <summary>Waits until so many clients can be called.</summary>
    public static Task UntilReachableAsync(this RpcHost host, int count)
    {
        var registry = host.App.Services.GetRequiredService<ClientRegistry>();
        return Bounded.Until(() => registry.Find(MprpcTarget.All).Count == count, $"{count} clients that can be called");
    }
}
