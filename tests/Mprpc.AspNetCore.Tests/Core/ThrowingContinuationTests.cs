using System.Runtime.CompilerServices;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>A caller whose continuation throws has made a mistake; the other calls of its connection get their own answers all the same.</summary>
[Collection(CoreTestsGroup.Name)]
public sealed class ThrowingContinuationTests
{
    private const int Rounds = 200;
    private const int Neighbours = 16;

    [Theory]
    [InlineData(Mistake.RawContinuation)]
    [InlineData(Mistake.Post)]
    public async Task Client_ContinuationThatThrows_LeavesOtherCallsTheirAnswers(Mistake mistake)
    {
        await using RpcHost host = await RpcHost.StartAsync<Numbers>(services: services => services.AddSingleton<Numbers>());
        await using MprpcClient client = host.CreateClient();
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());     // a call that waits for its connection completes as any task

        for (int round = 0; round < Rounds; round++)
        {
            await CallAmongOthersAsync(mistake, round, (x, y) => client.CallAsync<int>("sum", x, y), text => client.CallAsync<string>("echo", text));
        }

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
        Assert.Equal(1, host.App.Services.GetRequiredService<IMprpcServer>().ConnectionCount);
    }

    [Theory]
    [InlineData(Mistake.RawContinuation)]
    [InlineData(Mistake.Post)]
    public async Task Server_ContinuationThatThrows_LeavesOtherCallsTheirAnswers(Mistake mistake)
    {
        await using RpcHost host = await RpcHost.StartAsync<Numbers>(services: services => services.AddSingleton<Numbers>());
        MprpcClientOptions options = new MprpcClientOptions().AddHandler("sum", (int x, int y) => x + y).AddHandler("echo", (string text) => text);
        await using MprpcClient client = await MprpcClient.ConnectAsync($"tcp://{host.Rpc}", options).InTime();
        await client.CallAsync<int>("sum", 1, 2).InTime();
        MprpcConnection connection = Assert.Single(host.App.Services.GetRequiredService<IMprpcServer>().Connections);

        for (int round = 0; round < Rounds; round++)
        {
            await CallAmongOthersAsync(mistake, round, (x, y) => connection.CallAsync<int>("sum", x, y), text => connection.CallAsync<string>("echo", text));
        }

        Assert.False(connection.Closed.IsCancellationRequested);
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
    }

    private static async Task CallAmongOthersAsync(Mistake mistake, int round, Func<int, int, ValueTask<int>> sum, Func<string, ValueTask<string>> echo)
    {
        Task<int>[] before = [.. Enumerable.Range(0, Neighbours).Select(i => sum(round, i).AsTask())];
        Make(mistake, sum(round, -1));
        Task<string>[] after = [.. Enumerable.Range(0, Neighbours).Select(i => echo($"{round} {i} {new string('x', i)}").AsTask())];

        Assert.Equal(Enumerable.Range(round, Neighbours), await Task.WhenAll(before).InTime());
        Assert.Equal(Enumerable.Range(0, Neighbours).Select(i => $"{round} {i} {new string('x', i)}"), await Task.WhenAll(after).InTime());
    }

    private static void Make(Mistake mistake, ValueTask<int> call)
    {
        ValueTaskAwaiter<int> awaiter = call.GetAwaiter();

        if (awaiter.IsCompleted)
        {
            awaiter.GetResult();
            return;
        }

        try
        {
            Inline.Register(
                () => awaiter.UnsafeOnCompleted(static () =>
                {
                    // On the pool, where .NET runs it if the answer was faster than this registration, it would end the process, whoever's call it was.
                    if (!Thread.CurrentThread.IsThreadPoolThread)
                    {
                        throw new InvalidOperationException("The continuation throws.");
                    }
                }),
                mistake == Mistake.Post ? new ThrowingContext() : null);
        }
        catch (InvalidOperationException) when (mistake == Mistake.Post)
        {
            // The answer was faster: .NET posts at once, and its caller has the exception.
        }
    }

    public enum Mistake
    {
        RawContinuation,
        Post,
    }

    public sealed class Numbers
    {
        public int Sum(int x, int y) => x + y;

        public string Echo(string text) => text;
    }

    private sealed class ThrowingContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => throw new InvalidOperationException("Post throws.");
    }
}
