using System.Text.Json;
using MessagePack;
using Mprpc.Client;

namespace Mprpc.Contracts.Tests;

/// <summary>A value that nests deeper than a peer accepts fails alone, whatever writes it: generated code, or what is made at run time.</summary>
public sealed class DepthTests
{
    private const int Levels = 70;

    [Fact]
    public async Task Argument_DeeperThanMayBeSent_FailsAlone()
    {
        await using var host = await ContractHost<IKinds>.StartAsync<Kinds>();
        Node? node = null;
        object? any = null;

        for (int i = 0; i < Levels; i++)
        {
            node = new Node { Next = node };
            any = new List<object?> { any };
        }

        using JsonDocument json = JsonDocument.Parse(new string('[', Levels) + new string(']', Levels), new JsonDocumentOptions { MaxDepth = Levels });
        Func<Task>[] calls =
        [
            () => host.Client.NodeAsync(node),
            () => host.Client.AnyAsync(node),
            () => host.Client.AnyAsync(any),
            () => host.Client.JsonAsync(json.RootElement),
            () => host.Client.CountAsync(1, any),
            () => host.Untyped.CallAsync("kinds.node", node).AsTask(),
            () => host.Untyped.NotifyAsync("kinds.node", node).AsTask(),
        ];

        foreach (Func<Task> call in calls)
        {
            Exception failure = await Assert.ThrowsAsync<MessagePackSerializationException>(async () => await call().InTime());

            Assert.Contains("levels deep; 64 may be sent. Nothing was sent.", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal(5, await host.Client.IntAsync(5).InTime());
    }

    [Fact]
    public async Task Argument_OfAProxyThatRenames_FailsAloneToo()
    {
        await using var host = await ContractHost<IKinds>.StartAsync<Kinds>();
        await using var client = new MprpcClient($"tcp://{host.Address}", new MprpcClientOptions { NamingPolicy = MprpcNamingPolicy.CamelCase });
        Node? node = null;

        for (int i = 0; i < Levels; i++)
        {
            node = new Node { Next = node };
        }

        Exception failure = await Assert.ThrowsAsync<MessagePackSerializationException>(() => client.As<IKinds>().NodeAsync(node).InTime());

        Assert.Contains("72 levels deep; 64 may be sent. Nothing was sent.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(5, await client.As<IKinds>().IntAsync(5).InTime());
    }

    [Fact]
    public async Task Result_DeeperThanMayBeSent_IsAnErrorOfItsCallAlone()
    {
        await using var host = await ContractHost<IKinds>.StartAsync<Kinds>();

        object? deepest = await host.Client.DeepAsync(63).InTime();
        var failure = await Assert.ThrowsAsync<MprpcRemoteException>(() => host.Client.DeepAsync(64).InTime());

        Assert.NotNull(deepest);
        Assert.Equal("too_large", failure.Code);
        Assert.Contains("nests 65 levels deep; 64 may be sent", failure.Message, StringComparison.Ordinal);
        Assert.Equal(5, await host.Client.IntAsync(5).InTime());
    }
}
