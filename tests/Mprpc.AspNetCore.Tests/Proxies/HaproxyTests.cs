using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Proxies;

/// <summary>Servers behind a real HAProxy, which sends the PROXY protocol's version 2 and checks them by a call.</summary>
public sealed class HaproxyTests : IDisposable
{
    private const int Servers = 3;
    private const int Callers = 20;

    private readonly TemporaryFolder _folder = new();
    private readonly int _port = Requirement.AnyFreePort();
    private readonly int[] _ports = [Requirement.AnyFreePort(), Requirement.AnyFreePort(), Requirement.AnyFreePort()];

    private string Url => $"tcp://127.0.0.1:{_port}";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Client_BehindHaproxy_HasItsOwnAddress()
    {
        await using RpcHost host = await StartServerAsync(0, new Work());
        await using ChildProcess haproxy = await StartHaproxyAsync();
        await using RawPeer peer = await RawPeer.DialAsync(new IPEndPoint(IPAddress.Loopback, _port));
        await peer.SendAsync("94 00 01 a377686f 90");

        string answer = await peer.ReadMessageAsync();

        string text = System.Text.Encoding.UTF8.GetString(Convert.FromHexString(answer));
        Assert.Contains($"{peer.LocalEndPoint} at 127.0.0.1:{_port}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RollingRestart_BehindHaproxy_FailsNoCallAndRunsNoneTwice()
    {
        var work = new Work();
        var hosts = new RpcHost[Servers];

        for (int i = 0; i < Servers; i++)
        {
            hosts[i] = await StartServerAsync(i, work);
        }

        await using ChildProcess haproxy = await StartHaproxyAsync();
        var failures = new ConcurrentQueue<Exception>();
        using var stop = new CancellationTokenSource();
        await using var client = new MprpcClient(new MprpcClientOptions
        {
            Servers = MprpcServerSource.Fixed([Url]),       // so that calls are made again which a server has not run
            Extensions = MprpcExtensions.Always,
            MaxConnections = 4,
        });
        long calls = 0;
        Task[] callers = [.. Enumerable.Range(0, Callers).Select(_ => Task.Run(CallAsync))];

        for (int i = 0; i < Servers; i++)
        {
            await Task.Delay(300);
            await hosts[i].App.StopAsync().InTime();
            await hosts[i].DisposeAsync();
            await Task.Delay(100);
            hosts[i] = await StartServerAsync(i, work);
        }

        await Task.Delay(300);
        await stop.CancelAsync();
        await Task.WhenAll(callers).InTime();

        foreach (RpcHost host in hosts)
        {
            await host.DisposeAsync();
        }

        string reasons = string.Join(", ", failures.GroupBy(failure => failure.Message).Select(group => $"{group.Count()} x {group.Key}"));
        Assert.True(failures.IsEmpty, $"{failures.Count} of {calls} calls failed: {reasons}");
        Assert.Equal((calls, 0), (work.Runs, work.Repeated));
        Assert.True(calls > Callers, $"Only {calls} calls were made.");

        async Task CallAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                long id = Interlocked.Increment(ref calls);

                try
                {
                    Assert.Equal(id, await client.CallAsync<long>("work", id));
                }
                catch (Exception exception)
                {
                    failures.Enqueue(exception);
                }
            }
        }
    }

    private async Task<ChildProcess> StartHaproxyAsync()
    {
        string program = Requirement.Program("haproxy", "haproxy");
        string servers = string.Concat(Enumerable.Range(0, Servers).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"    server s{i} 127.0.0.1:{_ports[i]} check inter 100ms fall 1 rise 1 send-proxy-v2 check-send-proxy\n")));
        string file = _folder.PathOf("haproxy.cfg");
        await File.WriteAllTextAsync(
            file,
            $"""
            defaults
                mode tcp
                timeout connect 5s
                timeout client 1h
                timeout server 1h
                retries 10
                option redispatch 1

            listen rpc
                bind 127.0.0.1:{_port}
                balance leastconn
                option tcp-check
                tcp-check connect default
                tcp-check send-binary 940001a6242f70696e6790
                tcp-check expect binary 940101c0c0
            {servers}
            """);

        ChildProcess haproxy = ChildProcess.Start(program, ["-db", "-f", file]);

        await Bounded.Until(
            () => haproxy.HasExited || (haproxy.ListeningPorts().Contains(_port) && AnswersAsync().GetAwaiter().GetResult()), "HAProxy hands connections on");
        Assert.False(haproxy.HasExited, haproxy.Output + haproxy.Errors);
        return haproxy;
    }

    private async Task<bool> AnswersAsync()
    {
        await using var client = new MprpcClient(Url);

        try
        {
            return await client.CallAsync<int>("sum", 1, 2).InTime() == 3;
        }
        catch (MprpcConnectionException)
        {
            return false;
        }
    }

    private Task<RpcHost> StartServerAsync(int index, Work work)
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(work);
                builder.Services.AddMprpc();
            },
            app => app.MapMprpcService<Work>($"tcp://127.0.0.1:{_ports[index]}").WithEndpoint(options => options.UseProxyProtocol("127.0.0.1")));

    /// <summary>Does something for each number, and remembers which.</summary>
    public sealed class Work
    {
        private readonly ConcurrentDictionary<long, bool> _done = new();
        private long _runs;
        private int _repeated;

        internal long Runs => Interlocked.Read(ref _runs);

        internal int Repeated => Volatile.Read(ref _repeated);

        public string Who(MprpcCallContext call) => $"{call.Connection.RemoteEndPoint} at {call.Connection.LocalEndPoint}";

        public int Sum(int a, int b) => a + b;

        [MprpcMethod("work")]
        public async Task<long> DoAsync(long id)
        {
            Interlocked.Increment(ref _runs);

            if (!_done.TryAdd(id, true))
            {
                Interlocked.Increment(ref _repeated);
            }

            await Task.Delay(Random.Shared.Next(10));
            return id;
        }
    }
}
