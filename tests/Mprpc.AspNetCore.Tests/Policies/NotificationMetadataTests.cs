using System.Threading.Channels;
using Mprpc.AspNetCore.Tests.Security.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Policies;

/// <summary>Notifications with metadata, in both directions and with the real ends: docs/protocol.md 10.6 and 10.7.</summary>
public sealed class NotificationMetadataTests
{
    private static readonly MprpcCallOptions s_tenant = new() { Metadata = new MprpcMetadata { ["tenant"] = "x" } };

    [Theory]
    [InlineData(MprpcExtensions.WhenUsed)]
    [InlineData(MprpcExtensions.Always)]
    public async Task Metadata_OfANotification_ReachesTheMethod(MprpcExtensions mode)
    {
        await using RpcHost host = await StartAsync();
        await using var client = new MprpcClient($"tcp://{host.Rpc}", new MprpcClientOptions { Extensions = mode });

        await client.NotifyAsync("note", s_tenant, 1).InTime();
        client.As<INotes>().With(s_tenant).Note(2);
        await client.NotifyAsync("note", 3).InTime();

        Assert.Equal(["1 x", "2 x", "3 "], await SeenAsync(host, 3));
    }

    [Fact]
    public async Task Never_WithMetadata_ThrowsAndTheNextIsServed()
    {
        await using RpcHost host = await StartAsync();
        await using var client = new MprpcClient($"tcp://{host.Rpc}", new MprpcClientOptions { Extensions = MprpcExtensions.Never });

        await Assert.ThrowsAsync<NotSupportedException>(() => client.NotifyAsync("note", s_tenant, 1).InTime());
        await client.NotifyAsync("note", 2).InTime();

        Assert.Equal(["2 "], await SeenAsync(host, 1));
    }

    [Theory]
    [InlineData(MprpcExtensions.WhenUsed)]
    [InlineData(MprpcExtensions.Always)]
    public async Task Server_HasTheExtensionsOff_ThrowsAndTheNextIsServed(MprpcExtensions mode)
    {
        await using RpcHost host = await StartAsync(options => options.Extensions = false);
        await using var client = new MprpcClient($"tcp://{host.Rpc}", new MprpcClientOptions { Extensions = mode });

        await Assert.ThrowsAsync<NotSupportedException>(() => client.NotifyAsync("note", s_tenant, 1).InTime());
        await client.NotifyAsync("note", 2).InTime();

        Assert.Equal(["2 "], await SeenAsync(host, 1));
    }

    [Theory]
    [InlineData("81 a4 6d657461 81 a1 58 a1 79")]                               // a key with a capital
    [InlineData("81 a4 6d657461 81 a1 78 05")]                                  // a value that is a number
    [InlineData("81 a7 74696d656f7574 00 ")]                                    // its time is over
    [InlineData("81 a7 74696d656f7574 ff")]                                     // a negative time
    [InlineData("05")]                                                          // no options
    public async Task Options_ThatBreakARule_AreIgnoredWithTheNotification(string options)
    {
        await using RpcHost host = await StartAsync();
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync($"93 02 a6 242f63616c6c 93 {options} a4 6e6f7465 91 01");
        await peer.SendAsync("93 02 a6 242f63616c6c 93 81 a4 6d657461 81 a6 74656e616e74 a1 79 a4 6e6f7465 91 02");

        Assert.Equal(["2 y"], await SeenAsync(host, 1));
    }

    [Fact]
    public async Task Metadata_AboveTheLimit_IsIgnoredWithTheNotification()
    {
        await using RpcHost host = await StartAsync();
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync($"93 02 a6 242f63616c6c 93 81 a4 6d657461 81 a1 78 da 2000 {Hex.Repeat("78", 0x2000)} a4 6e6f7465 91 01");
        await peer.SendAsync("93 02 a4 6e6f7465 91 02");

        Assert.Equal(["2 "], await SeenAsync(host, 1));
    }

    [Theory]
    [InlineData(MprpcExtensions.WhenUsed)]
    [InlineData(MprpcExtensions.Always)]
    public async Task Notification_OfAStranger_RunsNothingUntilItHasLoggedIn(MprpcExtensions mode)
    {
        await using RpcHost host = await StartAsync(options => options.RequireAuthentication = true);
        await using var client = new MprpcClient($"tcp://{host.Rpc}", new MprpcClientOptions { Extensions = mode });

        await client.NotifyAsync("note", s_tenant, 1).InTime();
        await client.LogInAsync("alice");
        await client.NotifyAsync("note", s_tenant, 2).InTime();

        Assert.Equal(["2 x"], await SeenAsync(host, 1));
    }

    [Theory]
    [InlineData(MprpcExtensions.WhenUsed, "1 x")]
    [InlineData(MprpcExtensions.Always, "1 x")]
    [InlineData(MprpcExtensions.Never, "NotSupportedException")]
    public async Task Server_ThatNotifiesItsCaller_SendsMetadataOrThrows(MprpcExtensions mode, string expected)
    {
        await using RpcHost host = await StartAsync();
        var told = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new MprpcClientOptions { Extensions = mode };
        options.AddHandler("note", (int number, MprpcCallContext call) => told.TrySetResult($"{number} {call.Metadata.GetString("tenant")}"));
        await using var client = new MprpcClient($"tcp://{host.Rpc}", options);

        string? thrown = await client.CallAsync<string?>("tell").InTime();

        Assert.Equal(expected, thrown ?? await told.Task.InTime());
        Assert.Equal(mode == MprpcExtensions.Never, !told.Task.IsCompleted);
    }

    private static Task<RpcHost> StartAsync(Action<MprpcEndpointOptions>? endpoint = null)
        => SecuredHost.StartAsync<Notes>(endpoint: endpoint, services: services => services.AddSingleton<Seen>());

    private static async Task<string[]> SeenAsync(RpcHost host, int count)
    {
        List<string> seen = [];

        while (seen.Count < count)
        {
            seen.Add(await host.App.Services.GetRequiredService<Seen>().Notes.Reader.ReadAsync().InTime());
        }

        return [.. seen];
    }

    [MprpcService]
    public interface INotes
    {
        void Note(int number);
    }

    private sealed class Seen
    {
        public Channel<string> Notes { get; } = Channel.CreateUnbounded<string>();
    }

    private sealed class Notes(Seen seen)
    {
        public void Note(int number, MprpcCallContext call) => seen.Notes.Writer.TryWrite($"{number} {call.Metadata.GetString("tenant")}");

        /// <summary>What telling the caller throws, or null.</summary>
        public async Task<string?> TellAsync(MprpcCallContext call)
        {
            try
            {
                await call.Connection.NotifyAsync("note", s_tenant, 1);
                return null;
            }
            catch (NotSupportedException exception)
            {
                return exception.GetType().Name;
            }
        }
    }
}
