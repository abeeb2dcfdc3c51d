using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>A write that fails does not take with it what the peer had sent before.</summary>
[Collection(CoreTestsGroup.Name)]
public sealed class FailedWriteTests
{
    private const int Rounds = 20;
    private const int Calls = 10;

    [Theory]
    [InlineData("fin")]
    [InlineData("rst")]
    public async Task Client_WriteFailsWhileAnswersLieInTheSocket_CompletesTheirCalls(string end)
    {
        int lost = 0;
        int failedWrites = 0;
        Exception? first = null;

        for (int round = 0; round < Rounds; round++)
        {
            (int answered, bool hasWriteFailed, Exception? failure) = await RunAsync(end);
            lost += Calls - answered;
            failedWrites += hasWriteFailed ? 1 : 0;
            first ??= failure;
        }

        Assert.True(failedWrites > 0, "No write failed: the test has tested nothing.");
        Assert.True(lost == 0, $"{lost} of {Rounds * Calls} answers that had been sent were lost, with {failedWrites} failed writes: {first?.Message}");
    }

    private static async Task<(int Answered, bool HasWriteFailed, Exception? Failure)> RunAsync(string end)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        await using MprpcClient client = await MprpcClient.ConnectAsync($"tcp://{listener.LocalEndPoint}").InTime();
        using var loopIsHeld = new ManualResetEventSlim();
        using var writeHasFailed = new ManualResetEventSlim();

        // The first answer's caller holds the loop, so that the others lie in the socket; soon another thread goes on with the loop.
        Hold(client.CallAsync<int>("a"), loopIsHeld, writeHasFailed);
        Task<int>[] calls = [.. Enumerable.Range(0, Calls).Select(_ => client.CallAsync<int>("a").AsTask())];
        Socket server = await listener.AcceptAsync().InTime();
        listener.Close();       // else the client connects anew, and no write fails
        await ReadAsync(server, (Calls + 1) * "940000a16190".Length / 2);
        await server.SendAsync(Hex.Bytes("94 01 00 c0 00"));
        Assert.True(loopIsHeld.Wait(Bounded.Time), "The first answer was not read.");
        server.Send([.. Enumerable.Range(1, Calls).SelectMany(id => Hex.Bytes($"94 01 {id:x2} c0 {id:x2}"))]);

        // With bytes that were not read, closing resets; in either case the next write but one fails.
        if (end == "rst")
        {
            client.NotifyAsync("b").AsTask().Wait(Bounded.Time);
            Assert.True(server.Poll(Bounded.Time, SelectMode.SelectRead), "The notification did not come.");
        }

        server.Close();
        bool hasFailed = false;

        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Bounded.Time && !hasFailed;)
        {
            try
            {
                client.NotifyAsync("b").AsTask().Wait(Bounded.Time);
                hasFailed = calls.Any(call => call.IsFaulted);
            }
            catch (AggregateException)
            {
                hasFailed = true;
            }

            Thread.Yield();
        }

        writeHasFailed.Set();
        Exception? failure = await Record.ExceptionAsync(() => Task.WhenAll(calls).InTime());
        Assert.All(calls.Index().Where(call => call.Item.IsCompletedSuccessfully), call => Assert.Equal(call.Index + 1, call.Item.Result));
        return (calls.Count(call => call.IsCompletedSuccessfully), hasFailed, failure);
    }

    private static void Hold(ValueTask<int> call, ManualResetEventSlim isHeld, ManualResetEventSlim until)
    {
        ValueTaskAwaiter<int> awaiter = call.GetAwaiter();
        Inline.Register(() => awaiter.UnsafeOnCompleted(() =>
        {
            _ = Record.Exception(() => awaiter.GetResult());     // where all fails, the other calls tell
            isHeld.Set();
            until.Wait(Bounded.Time);
        }));
    }

    private static async Task ReadAsync(Socket socket, int length)
    {
        byte[] bytes = new byte[length];

        while (length > 0)
        {
            int count = await socket.ReceiveAsync(bytes.AsMemory(0, length)).InTime();
            Assert.True(count > 0, "The client has closed.");
            length -= count;
        }
    }
}
