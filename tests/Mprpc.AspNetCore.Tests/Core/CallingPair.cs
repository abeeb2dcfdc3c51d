using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>A server and a client that call each other over one connection, with calls of both in flight that must not notice what happens to others.</summary>
internal sealed class CallingPair : IAsyncDisposable
{
    private const int Neighbours = 3;

    private readonly List<Task<int>> _neighbours = [];

    private CallingPair(RpcHost host, MprpcClient client, DeepService service, DeepService clientService)
    {
        Host = host;
        Client = client;
        Service = service;
        ClientService = clientService;
    }

    public RpcHost Host { get; }

    public MprpcClient Client { get; }

    public DeepService Service { get; }

    public DeepService ClientService { get; }

    public MprpcConnection ToClient => Assert.Single(Host.App.Services.GetRequiredService<IMprpcServer>().Connections);

    public static async Task<CallingPair> StartAsync(Action<MprpcEndpointOptions>? endpoint = null, Action<MprpcClientOptions>? client = null)
    {
        var service = new DeepService();
        var clientService = new DeepService();
        RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(service);
                builder.Services.AddSingleton<DeepFilter>();
                builder.Services.AddMprpc();
            },
            app => app.MapMprpcService<DeepService>(0).WithEndpoint(options => endpoint?.Invoke(options)));
        MprpcClientOptions options = new MprpcClientOptions()
            .AddHandler("take", clientService.Take)
            .AddHandler("make", clientService.Make)
            .AddHandler("sum", clientService.Sum)
            .AddHandler("hold", clientService.HoldAsync);
        client?.Invoke(options);
        var pair = new CallingPair(host, await MprpcClient.ConnectAsync($"tcp://{host.Rpc}", options).InTime(), service, clientService);
        pair._neighbours.AddRange(Enumerable.Range(0, Neighbours).Select(i => pair.Client.CallAsync<int>("hold", i).AsTask()));
        await Bounded.Until(() => service.Held == Neighbours, "the client's calls to run");
        pair._neighbours.AddRange(Enumerable.Range(0, Neighbours).Select(i => pair.ToClient.CallAsync<int>("hold", i).AsTask()));
        await Bounded.Until(() => clientService.Held == Neighbours, "the server's calls to run");
        return pair;
    }

    /// <summary>That a call failed, and told what is in its error; and that no other call did.</summary>
    public async Task AssertAloneAsync(Exception? failure, params string[] told)
    {
        Service.Release();
        ClientService.Release();
        Exception? collateral = await Record.ExceptionAsync(() => Task.WhenAll(_neighbours).InTime());

        Assert.True(collateral is null, $"The neighbours failed: {collateral?.Message} The call itself: {failure?.Message}");
        Assert.Equal([.. Enumerable.Range(0, Neighbours), .. Enumerable.Range(0, Neighbours)], _neighbours.Select(neighbour => neighbour.Result));
        Assert.NotNull(failure);
        Assert.IsNotType<MprpcConnectionException>(failure);
        Assert.All(told, part => Assert.Contains(part, failure.Message, StringComparison.Ordinal));
        Assert.Equal(3, await Client.CallAsync<int>("sum", 1, 2).InTime());
        Assert.Equal(3, await ToClient.CallAsync<int>("sum", 1, 2).InTime());
    }

    public async ValueTask DisposeAsync()
    {
        Service.Release();
        ClientService.Release();
        await Client.DisposeAsync();
        await Host.DisposeAsync();
    }
}
