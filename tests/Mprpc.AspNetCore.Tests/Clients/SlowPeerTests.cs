using System.IO.Pipelines;
using System.Net.Sockets;
using Mprpc.AspNetCore.Clients;
using Mprpc.AspNetCore.Tests.Clients.Kit;
using Mprpc.AspNetCore.Tests.CustomTransports;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Clients;

/// <summary>Peers that do not read: each policy bounds what waits for them, and others get all.</summary>
public sealed class SlowPeerTests
{
    private const int MaxPending = 64 * 1024;
    private const int MaxRun = 256 * 1024;
    private const int TextSize = 4 * 1024;
    private const int Rounds = 40;      // of 8: far more than the system's buffers and the limit hold

    // [2, "screen.show", [str16]]
    private const int MessageSize = 1 + 1 + 12 + 1 + 3 + TextSize;

    [Fact]
    public async Task Close_PeerThatDoesNotRead_IsClosedAndCounted()
    {
        await using RpcHost host = await StartAsync(MprpcSlowPeerPolicy.Close);
        using var losses = new LossRecorder(host);
        await using RawPeer stalled = await host.DialWithHelloAsync();

        await PublishUntilAsync(host, () => host.App.Services.GetRequiredService<IMprpcServer>().ConnectionCount == 0);

        Assert.Equal(1, losses.Of("too_slow"));
        Assert.Contains("MaxPendingPushBytes", (await host.Log.WaitForAsync(3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DropNewest_PeerThatReadsLater_HasTheOldestWithoutAGapAndIsToldAgain()
    {
        await using RpcHost host = await StartAsync(MprpcSlowPeerPolicy.DropNewest);
        using var losses = new LossRecorder(host);
        await using RawPeer stalled = await host.DialWithHelloAsync();

        await PublishUntilAsync(host, () => losses.Of("too_slow") > 10);
        long pending = Pending(host).Single();
        List<int> read = await ReadUntilIdleAsync(host, stalled);

        Assert.InRange(pending, 1, MaxPending + MaxRun);
        Assert.Equal(Enumerable.Range(0, read.Count - 1), read[..^1]);
        Assert.Equal(-1, read[^1]);
    }

    [Fact]
    public async Task Latest_PeerThatReadsLater_HasTheLastValueOfEachMethod()
    {
        await using RpcHost host = await StartAsync(MprpcSlowPeerPolicy.Latest);
        await using RawPeer stalled = await host.DialWithHelloAsync();
        int published = 0;

        for (; Pending(host).Single() < MaxPending || published < 2000; published++)
        {
            host.Clients().All.Show(Text(published));
            host.Clients().Notify(MprpcTarget.All, "other", published);
            await Task.Yield();
            Assert.InRange(Pending(host).Single(), 0, (2 * MaxPending) + MaxRun);
        }

        await Bounded.Until(() => Waiting(host) == 0, "the end of the passes");
        (int shown, int other) = (-1, -1);

        for (int last = published - 1; shown != last || other != last;)
        {
            string message = await stalled.ReadMessageAsync();
            bool isShow = message.StartsWith("9302ab", StringComparison.Ordinal);
            (shown, other) = isShow ? (NumberOf(message), other) : (shown, NumberOfOther(message));
        }
    }

    [Fact]
    public async Task All_TwoThousandWithOnePercentStalled_OthersHaveAllAndWhatWaitsIsBounded()
    {
        const int Count = 2000;
        using var folder = new TemporaryFolder();
        string path = folder.PathOf("push.sock");
        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(SetLimits),
            app => app.MapMprpcService<Lobby>($"unix://{path}").WithEndpoint(options => options.SlowPeers = MprpcSlowPeerPolicy.DropNewest));
        using var losses = new LossRecorder(host);
        var peers = new List<Reader>();

        try
        {
            for (int i = 0; i < Count; i++)
            {
                peers.Add(await Reader.DialAsync(path, isStalled: i % 100 == 0));
            }

            await host.UntilReachableAsync(Count);
            Reader[] healthy = [.. peers.Where(peer => !peer.IsStalled)];

            for (int round = 1; round <= Rounds; round++)
            {
                for (int i = 0; i < 8; i++)
                {
                    host.Clients().All.Show(Text(i));
                }

                long expected = (long)round * 8 * MessageSize;
                await Bounded.Until(() => Array.TrueForAll(healthy, peer => peer.Read == expected), $"round {round} at all that read");
            }

            long[] pending = [.. Pending(host).Where(bytes => bytes > 0)];
            Assert.Equal(Count / 100, pending.Length);
            Assert.All(pending, bytes => Assert.InRange(bytes, 1, MaxPending + MaxRun));
            Assert.True(losses.Of("too_slow") > 0);
            Assert.Equal(Count, Pending(host).Count);
        }
        finally
        {
            peers.ForEach(static peer => peer.Dispose());
        }
    }

    [Fact]
    public async Task All_TransportOfTheApplicationWhoseWritesBlock_DelaysNobody()
    {
        await using RpcHost host = await LobbyHost.StartAsync(endpoint: options => options.CallsBack = true);
        using var gate = new ManualResetEventSlim();
        var blocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var input = new Pipe();
        await using var transport = new TestTransport(input.Reader, new TestWriter(_ =>
        {
            blocked.TrySetResult();
            gate.Wait(Bounded.Time);
            return ValueTask.FromResult(default(FlushResult));
        }));
        using var stop = new CancellationTokenSource();
        Task served = host.App.Services.GetRequiredService<IMprpcServer>().ServeAsync(transport, cancellationToken: stop.Token);
        await host.UntilReachableAsync(1);
        var screen = new Screen();
        (MprpcClient client, _) = await host.JoinAsync(screen);
        await using MprpcClient owned = client;

        host.Clients().All.Show("a");
        await blocked.Task.InTime();
        host.Clients().All.Show("b");
        string[] shown = await screen.ShownAsync(2);
        gate.Set();
        await stop.CancelAsync();
        await input.Writer.CompleteAsync();
        await served.InTime();

        Assert.Equal(["a", "b"], shown);
    }

    private static Task<RpcHost> StartAsync(MprpcSlowPeerPolicy policy)
        => LobbyHost.StartAsync(SetLimits, endpoint => endpoint.SlowPeers = policy);

    private static void SetLimits(MprpcServerOptions server)
    {
        server.Limits.MaxPendingPushBytes = MaxPending;
        server.Limits.WriteTimeout = Timeout.InfiniteTimeSpan;      // on a slow machine it would close the peers that read nothing
    }

    private static IReadOnlyList<long> Pending(RpcHost host) => host.App.Services.GetRequiredService<ClientRegistry>().Pending;

    private static string Text(int number) => $"{number:D8}".PadRight(TextSize, '.');

    private static async Task PublishUntilAsync(RpcHost host, Func<bool> isReached)
    {
        for (int i = 0; !isReached(); i++)
        {
            Assert.True(i < 10_000, "The policy was never needed.");
            host.Clients().All.Show(Text(i));
            await Bounded.Until(() => Waiting(host) == 0, "the end of the pass");
        }
    }

    private static int Waiting(RpcHost host) => host.App.Services.GetRequiredService<ClientRegistry>().WaitingCount;

    /// <summary>The numbers that come, and -1 for one that is published when nothing waits any more.</summary>
    private static async Task<List<int>> ReadUntilIdleAsync(RpcHost host, RawPeer peer)
    {
        List<int> numbers = [];
        bool isLast = false;

        while (true)
        {
            int number = NumberOf(await peer.ReadMessageAsync());
            numbers.Add(number);

            if (number < 0)
            {
                return numbers;
            }

            if (!isLast && Pending(host).Single() == 0)
            {
                isLast = true;
                host.Clients().All.Show("-0000001");
            }
        }
    }

    private static int NumberOf(string message)
    {
        byte[] bytes = Hex.Bytes(message);
        int head = bytes.AsSpan().IndexOf((byte)0x91);
        string text = System.Text.Encoding.ASCII.GetString(bytes.AsSpan(head + (bytes[head + 1] == 0xda ? 4 : 2)))[..8];
        return int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static int NumberOfOther(string message)
    {
        byte[] bytes = Hex.Bytes(message)[9..];
        return bytes[0] switch
        {
            0xce => (bytes[1] << 24) | (bytes[2] << 16) | (bytes[3] << 8) | bytes[4],
            0xcd => (bytes[1] << 8) | bytes[2],
            0xcc => bytes[1],
            _ => bytes[0],
        };
    }

    /// <summary>Counts the bytes that come, or leaves them where they are.</summary>
    private sealed class Reader : IDisposable
    {
        private static readonly byte[] s_hello = Hex.Bytes(LobbyHost.Hello);

        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private long _read;

        public bool IsStalled { get; private init; }

        public long Read => Volatile.Read(ref _read);

        public static async Task<Reader> DialAsync(string path, bool isStalled)
        {
            var reader = new Reader { IsStalled = isStalled };
            await reader._socket.ConnectAsync(new UnixDomainSocketEndPoint(path)).InTime();
            await reader._socket.SendAsync(s_hello).InTime();
            byte[] answer = new byte[256];
            int length = await reader._socket.ReceiveAsync(answer).InTime();
            Assert.True(length > 0);
            _ = isStalled ? Task.CompletedTask : reader.ReadAsync();
            return reader;
        }

        public void Dispose() => _socket.Dispose();

        private async Task ReadAsync()
        {
            byte[] buffer = new byte[8 * 1024];

            try
            {
                for (int count; (count = await _socket.ReceiveAsync(buffer)) > 0;)
                {
                    Volatile.Write(ref _read, _read + count);
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The test has ended.
            }
        }
    }
}
