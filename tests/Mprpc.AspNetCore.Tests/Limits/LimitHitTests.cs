using System.Net.Sockets;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Limits;

/// <summary>Each limit that is reached is counted, and logged once a connection; a flood of them does not fill the log.</summary>
public sealed class LimitHitTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(100);

    [Theory]
    [InlineData("94 00 01 a46563686f 91 c67fffffff", "message_size")]
    [InlineData(
        "9191919191919191919191919191919191919191919191919191919191919191919191919191919191919191919191919191919191919191919191919191919191919191", "depth")]
    [InlineData("c1", "message_shape")]
    [InlineData("94 00 01 a3", "partial_message")]
    public async Task Limit_Reached_IsCountedUnderItsName(string message, string limit)
    {
        await using RpcHost host = await RpcHost.StartAsync<Service>(options => options.Limits.PartialMessageTimeout = Short);
        using var meter = new LimitHitRecorder(host);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync(message);
        await peer.ReadToAnyEndAsync();
        await host.Log.WaitForAsync(3);

        Assert.Equal([limit], meter.Hits);
    }

    [Fact]
    public async Task IdleTimeout_Reached_IsCounted()
    {
        await using RpcHost host = await RpcHost.StartAsync<Service>(options => options.Limits.IdleTimeout = Short);
        using var meter = new LimitHitRecorder(host);
        await using RawPeer peer = await host.DialAsync();

        await peer.ReadToAnyEndAsync();

        Assert.Equal(["idle"], meter.Hits);
    }

    [Fact]
    public async Task Ping_FloodOfAPeerThatReadsNothing_EndsThatPeerAlone()
    {
        // X36b: control is never parked, so what bounds it is what waits to be read.
        await using RpcHost host = await RpcHost.StartAsync<Service>(options =>
        {
            options.Limits.MaxUnsentAnswerBytes = 64 * 1024;
            options.Limits.WriteTimeout = Short;
        });
        using var meter = new LimitHitRecorder(host);
        await using RawPeer other = await host.DialAsync();
        await using RawPeer flooding = await host.DialAsync();
        byte[] pings = [.. Enumerable.Repeat(Hex.Bytes("94 00 0a a6242f70696e67 90"), 5_000).SelectMany(ping => ping)];     // [0, 10, "$/ping", []]

        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (true)
            {
                await flooding.SendAsync(pings);
            }
        });

        await Bounded.Until(() => meter.Hits.Contains("write_timeout"), "the hit, which is counted behind the end of the connection");
        await other.AssertOpenAsync();
    }

    [Theory]
    [InlineData(true, "calls_in_flight_per_connection")]
    [InlineData(false, "calls_in_flight")]
    public async Task CallsInFlight_AtTheLimit_AreCountedAndLoggedOnceAConnection(bool ofConnection, string limit)
    {
        var service = new Service();
        await using RpcHost host = await RpcHost.StartAsync<Service>(
            options =>
            {
                options.Limits.MaxCallsInFlightPerConnection = ofConnection ? 1 : 100;
                options.Limits.MaxCallsInFlight = ofConnection ? 100 : 1;
            },
            services => services.AddSingleton(service));
        using var meter = new LimitHitRecorder(host);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync(string.Concat(Enumerable.Repeat("94 00 01 a477616974 90", 5)));
        await Bounded.Until(() => !meter.Hits.IsEmpty, "a hit");

        for (int i = 0; i < 5; i++)
        {
            service.Next.Release();
            await peer.ReadMessageAsync();
        }

        Assert.InRange(meter.Hits.Count, 1, 5);
        Assert.All(meter.Hits, hit => Assert.Equal(limit, hit));
        LogEntry entry = Assert.Single(host.Log.Entries, entry => entry.Event.Name == "CallsWait");
        Assert.Contains(ofConnection ? "MaxCallsInFlightPerConnection" : "MaxCallsInFlight)", entry.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flood_OfBrokenMessages_IsCountedInFullAndLoggedInPart()
    {
        await using RpcHost host = await RpcHost.StartAsync<Service>();
        using var meter = new LimitHitRecorder(host);
        var watch = System.Diagnostics.Stopwatch.StartNew();

        for (int i = 0; i < 300; i++)
        {
            await using RawPeer peer = await host.DialAsync();
            await peer.SendAsync("c1");
            await peer.ReadToAnyEndAsync();
        }

        await Bounded.Until(() => meter.Hits.Count == 300, "each is counted");
        int seconds = (int)watch.Elapsed.TotalSeconds + 1;
        int lines = host.Log.Entries.Count(entry => entry.Level >= LogLevel.Information && entry.Event.Name is "ProtocolViolation" or "LinesLeftOut");

        Assert.InRange(lines, 10, (seconds + 1) * 11);
    }

    [Fact]
    public async Task Flood_OfUnknownAndRefusedCalls_WritesNoLineAtInformation()
    {
        await using RpcHost host = await RpcHost.StartAsync<Service>();
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync(Hex.Bytes(Hex.Repeat("940001a50d0a1b5b3190", 5_000)));
        await peer.ReadMessagesAsync(5_000);

        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level >= LogLevel.Information && entry.Category == "Mprpc.Connection");
    }

    [Theory]
    [InlineData("fail", "MethodThrew", 18, "'fail'")]
    [InlineData("fail_later", "MethodThrew", 18, "'fail_later'")]
    [InlineData("leave_trap", "ScopeDisposalFailed", 19, "ScopeDisposalFailed")]
    public async Task Flood_OfCallsThatThrow_IsLoggedInPartAndHidesNothingOfOtherMethods(string method, string eventName, int leftOutId, string said)
    {
        await using RpcHost host = await RpcHost.StartAsync<Service>(services: services => services.AddScoped<Trap>());
        await using MprpcClient client = host.CreateClient();
        var watch = System.Diagnostics.Stopwatch.StartNew();

        for (int i = 0; i < 300; i++)
        {
            await Record.ExceptionAsync(() => client.CallAsync<int>(method).InTime());
        }

        int seconds = (int)watch.Elapsed.TotalSeconds + 1;
        await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("fail_otherwise").InTime());
        await Bounded.Until(
            () => host.Log.Entries.Any(entry => entry.Message.Contains("'fail_otherwise'", StringComparison.Ordinal)), "the line about the other method");
        int lines = host.Log.Entries.Count(entry => entry.Event.Name == eventName && entry.Message.Contains($"'{method}'", StringComparison.Ordinal));

        Assert.InRange(lines, 10, (seconds + 1) * 10);

        // What is left out is said with the first line of the next second.
        await Bounded.Until(
            () =>
            {
                _ = client.CallAsync<int>(method).AsTask();
                return host.Log.Find(leftOutId) is not null;
            },
            "the line about those left out");
        LogEntry leftOut = host.Log.Find(leftOutId)!;
        Assert.Equal(LogLevel.Error, leftOut.Level);
        Assert.Contains(said, leftOut.Message, StringComparison.Ordinal);
    }

    private sealed class Service
    {
        public SemaphoreSlim Next { get; } = new(0);

        public int Sum(int x, int y) => x + y;

        public int Add(int x, int y) => x + y;

        public Task WaitAsync() => Next.WaitAsync();

        public int Fail() => throw new InvalidOperationException("secret");

        public async Task<int> FailLaterAsync()
        {
            await Task.Yield();
            throw new InvalidOperationException("secret");
        }

        public int FailOtherwise() => throw new InvalidOperationException("secret");

        public int LeaveTrap([FromServices] Trap trap) => trap.GetHashCode();
    }

    private sealed class Trap : IDisposable
    {
        public void Dispose() => throw new InvalidOperationException("secret");
    }
}
