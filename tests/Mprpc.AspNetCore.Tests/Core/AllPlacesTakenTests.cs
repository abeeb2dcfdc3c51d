using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>Control never waits behind work: where all places are taken, responses and <c>$/</c> messages are handled all the same.</summary>
[Collection(CoreTestsGroup.Name)]
public sealed class AllPlacesTakenTests
{
    private const int Places = 1_000;
    private const string AskAndNoParams = "a361736b90";

    // The answer needs no place; no machine is busy for so long.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(500)]
    public async Task Server_ThousandCallsWait_TakesResponsesAndUnknownControlMessagesAtOnce(int further)
    {
        var service = new Holding();
        await using RpcHost host = await RpcHost.StartAsync<Holding>(services: services => services.AddSingleton(service));
        IMprpcServer server = host.App.Services.GetRequiredService<IMprpcServer>();
        await using RawPeer peer = await host.DialAsync();

        try
        {
            // [0, 1, "hold", []] as often as there are places, and some behind that have none.
            await peer.SendAsync(Hex.Repeat("940001a4686f6c6490", Places + further));
            await Bounded.Until(() => server.RunningCallCount == Places, $"{Places} running calls; there are {server.RunningCallCount}");
            Task<int> call = Assert.Single(server.Connections).CallAsync<int>("ask").AsTask();
            string request = await peer.ReadMessageAsync();
            await peer.SendAsync("93 02 a9242f756e6b6e6f776e 90");      // [2, "$/unknown", []]
            await peer.SendAsync($"9401{request[4..^AskAndNoParams.Length]}c007");
            await Task.WhenAny(call, Task.Delay(Bound));

            Assert.True(call.IsCompleted, $"The response has not been handled within {Bound.TotalSeconds} s; {server.RunningCallCount} calls run.");
            Assert.Equal(7, await call);
            Assert.Equal(Places, server.RunningCallCount);
        }
        finally
        {
            service.Release();
        }

        List<string> answers = await peer.ReadMessagesAsync(Places + further);
        string? refused = answers.FirstOrDefault(answer => answer != "940101c0c0");

        // Those without a place fit into what is set aside: they wait, and are not refused.
        Assert.True(refused is null, $"{answers.Count(answer => answer != "940101c0c0")} of {further} requests that could have waited were refused: {refused}");
        await peer.AssertOpenAsync();
    }

    [Fact]
    public async Task Client_ThousandCallsOfTheServersWait_TakesResponsesAtOnce()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using RpcHost host = await RpcHost.StartAsync<Holding>(services: services => services.AddSingleton<Holding>());
        IMprpcServer server = host.App.Services.GetRequiredService<IMprpcServer>();
        int held = 0;
        MprpcClientOptions options = new MprpcClientOptions().AddHandler("hold", async () =>
        {
            Interlocked.Increment(ref held);
            await gate.Task;
        });
        await using MprpcClient client = await MprpcClient.ConnectAsync($"tcp://{host.Rpc}", options).InTime();
        await client.CallAsync<int>("sum", 1, 2).InTime();
        MprpcConnection connection = Assert.Single(server.Connections);

        Task[] holding = [.. Enumerable.Range(0, Places + 500).Select(_ => connection.CallAsync<MprpcRaw>("hold").AsTask())];
        await Bounded.Until(() => Volatile.Read(ref held) >= Places, $"{Places} running calls");
        Task<int> call = client.CallAsync<int>("sum", 3, 4).AsTask();
        await Task.WhenAny(call, Task.Delay(Bound));
        bool isAnswered = call.IsCompleted;
        gate.SetResult();
        await Task.WhenAll(holding).InTime();

        Assert.True(isAnswered, $"The client's own call was not answered within {Bound.TotalSeconds} s while {Places} calls of the server's waited.");
        Assert.Equal(7, await call.InTime());
    }

    public sealed class Holding
    {
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _gate.TrySetResult();

        public int Sum(int x, int y) => x + y;

        public Task HoldAsync() => _gate.Task;
    }
}
