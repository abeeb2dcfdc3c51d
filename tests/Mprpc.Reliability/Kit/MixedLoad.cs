using System.Diagnostics;
using Mprpc.Client;
using Mprpc.Fuzz;

namespace Mprpc.Reliability.Kit;

/// <summary>
/// All that happens to a server at once: callers of all kinds, whose every answer is checked, and peers that leave, break the protocol, do not read, hardly
/// write.
/// </summary>
/// <remarks>
/// It pauses between what it does, so that it loads two processors without filling them: it looks for what is lost or left behind, not for speed.
/// </remarks>
internal sealed class MixedLoad(ServerProcess server)
{
    private const int Clients = 4;
    private const int CallersOfAClient = 8;
    private const int CallsOfAClient = 20_000;      // then it is disposed and made anew

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly Mutator _mutator = new(Mutator.LoadSeeds());
    private int _calls;
    private int _late;
    private int _connections;

    /// <summary>Calls that ended as they should; any other end fails the load.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Connections of peers that did not behave.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Runs until the end; fails at the first thing that is not as it should be.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(end);
        Task[] all =
        [
            .. Enumerable.Range(0, Clients).Select(seed => UntilAsync(stop, () => UseClientAsync(seed, stop.Token))),
            UntilAsync(stop, LeaveAsync),
            UntilAsync(stop, BreakAsync),
            UntilAsync(stop, DoNotReadAsync),
            UntilAsync(stop, HardlyWriteAsync),
        ];
        await Task.WhenAll(all);

        // One call in ten is to be given up. Where the machine stalls for a second, those few that are under way are answered first.
        Assert.InRange(_late, 0, Calls / 100);
    }

    private static async Task UntilAsync(CancellationTokenSource stop, Func<Task> action)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await action();
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task UseClientAsync(int seed, CancellationToken end)
    {
        await using var client = new MprpcClient(server.Url);
        await Task.WhenAll(Enumerable.Range(0, CallersOfAClient).Select(async caller =>
        {
            var random = new Random((seed * CallersOfAClient) + caller);

            for (int i = 0; i < CallsOfAClient / CallersOfAClient && !end.IsCancellationRequested; i++)
            {
                int kind = random.Next(20);
                Task call = CallAsync(client, kind, random);
                Assert.True(
                    await Task.WhenAny(call, Task.Delay(Bounded.Time, CancellationToken.None)) == call,
                    $"A call of kind {kind} has not ended after {Calls} calls; {client.CurrentRequests?.Count} wait.");
                await call;
                Interlocked.Increment(ref _calls);

                if (i % 16 == 0)
                {
                    await Task.Delay(Pause, CancellationToken.None);
                }
            }
        }));
    }

    private async Task CallAsync(MprpcClient client, int kind, Random random)
    {
        int x = random.Next(1_000_000);

        switch (kind)
        {
            case < 8:
                Assert.Equal(x + 1, await client.CallAsync<int>("sum", x, 1));
                break;
            case < 11:
                Assert.Equal(x, await client.CallAsync<int>("later", x));
                break;
            case 11:
                byte[] bytes = new byte[random.Next(16 * 1024)];
                random.NextBytes(bytes);
                Assert.Equal(bytes, await client.CallAsync<byte[]>("echo", bytes));
                break;
            case 12:
                Assert.Equal(x % 65_536, (await client.CallAsync<byte[]>("bytes", x % 65_536)).Length);
                break;
            case 13:
                await client.NotifyAsync("notify", x);
                break;
            case 14:
                await Assert.ThrowsAsync<MprpcRemoteException>(async () => await client.CallAsync<int>("no_such_method", x));
                break;
            case 15:
                string method = random.Next(4) switch { 0 => "throw_at_once", 1 => "throw_later", 2 => "unwritable", _ => "filter_throws_later" };
                var thrown = await Assert.ThrowsAsync<MprpcRemoteException>(async () => await client.CallAsync<MprpcRaw>(method));
                Assert.Equal("Internal error.", thrown.Message);
                break;
            case 16:
                // The server is not told: what waits for its connection's end keeps one of its thousand places until then, so only one in ten does.
                using (var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(1, 20))))
                {
                    await EndAsync<OperationCanceledException>(
                        () => x % 10 == 0 ? client.CallAsync("wait", source.Token) : client.CallAsync("stubborn", source.Token, 1_000));
                }

                break;
            case 17:
                await EndAsync<TimeoutException>(
                    () => client.CallAsync("stubborn", new MprpcCallOptions { Timeout = TimeSpan.FromMilliseconds(random.Next(1, 50)) }, 1_000));
                break;
            case 18 when random.Next(10) == 0:
                Assert.Equal(15, await client.CallAsync<int>("block", 15));
                break;
            default:
                Assert.Equal(x - 1, await client.CallAsync<int>("sum", x, -1));
                break;
        }
    }

    /// <summary>Waits for the end of a call that is given up long before its answer comes.</summary>
    private async Task EndAsync<TException>(Func<ValueTask> call)
        where TException : Exception
    {
        try
        {
            await call();
            Interlocked.Increment(ref _late);
        }
        catch (TException)
        {
            // As it should be.
        }
    }

    /// <summary>A conversation that ends anywhere, by RST or FIN, with or without its answers read.</summary>
    private async Task LeaveAsync()
    {
        int number = Interlocked.Increment(ref _connections);
        var random = new Random(number);
        using LoadSocket socket = await LoadSocket.DialAsync(server.EndPoint);
        await socket.SendWithinAsync(Conversation.Bytes.AsMemory(0, random.Next(Conversation.Bytes.Length)), Bounded.Time);

        switch (number % 3)
        {
            case 0:
                socket.Reset();
                break;
            case 1:
                socket.FinishSending();
                await socket.ReceiveToEndAsync();
                break;
        }
    }

    /// <summary>What the fuzzer makes.</summary>
    private async Task BreakAsync()
    {
        byte[] input = _mutator.Make(Interlocked.Increment(ref _connections));
        using LoadSocket socket = await LoadSocket.DialAsync(server.EndPoint);
        await socket.SendWithinAsync(input, Bounded.Time);
        Outcome.Ignore(socket.FinishSending);
        await socket.ReceiveToEndAsync();
    }

    private async Task DoNotReadAsync()
    {
        Interlocked.Increment(ref _connections);
        using LoadSocket socket = await LoadSocket.DialAsync(server.EndPoint);
        await socket.SendWithinAsync(WireBytes.Repeat(WireBytes.Request(1, "bytes", 0x91, 0xcd, 0xff, 0x00), 200), TimeSpan.FromSeconds(1));
        await Task.Delay(TimeSpan.FromSeconds(4));      // by then it is closed
        var watch = Stopwatch.StartNew();
        await socket.ReceiveToEndAsync();
        Assert.True(watch.Elapsed < Bounded.Time);
    }

    private async Task HardlyWriteAsync()
    {
        Interlocked.Increment(ref _connections);
        using LoadSocket socket = await LoadSocket.DialAsync(server.EndPoint);
        Task<long> end = socket.ReceiveToEndAsync();
        await socket.SendAsync((byte[])[.. WireBytes.Request(1, "echo"), 0x91, 0xc6, 0x00, 0x10, 0x00, 0x00]);
        Assert.Equal(0, await end);
    }
}
