using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Limits;

namespace Mprpc.AspNetCore.Tests.Kit;

/// <summary>A connection without a network, each of whose calls is read, run and answered on the caller's thread: what it allocates can be counted.</summary>
internal sealed class InlineConnection : IAsyncDisposable
{
    /// <summary>How many calls a measurement makes.</summary>
    public const int Calls = 2000;

    private const int Rounds = 20;

    private static readonly PipeOptions s_inline
        = new(readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);

    private readonly Pipe _toServer = new(s_inline);
    private readonly Pipe _toClient = new(s_inline);
    private readonly Task _serving;

    public InlineConnection(RpcHost host, MprpcEndpointOptions endpoint)
    {
        var transport = new DefaultConnectionContext(
            "measured", new Duplex(_toServer.Reader, _toClient.Writer), new Duplex(_toClient.Reader, _toServer.Writer));
        _serving = new RpcConnectionHandler(host.App.Services, endpoint, host.App.Services.GetRequiredService<ServerLimits>().For(endpoint))
            .OnConnectedAsync(transport);
    }

    public async Task<string> CallAsync(string request)
    {
        await _toServer.Writer.WriteAsync(Hex.Bytes(request)).InTime();
        ReadResult answer = await _toClient.Reader.ReadAsync().InTime();
        string hex = Hex.Text(answer.Buffer.ToArray());
        _toClient.Reader.AdvanceTo(answer.Buffer.End);
        return hex;
    }

    /// <summary>Bytes allocated on this thread by so many calls: the least of several rounds.</summary>
    public async Task<long> MeasureAsync(string request, int answerLength)
    {
        byte[] bytes = Hex.Bytes(request);
        long least = long.MaxValue;

        for (int round = 0; round < Rounds; round++)
        {
            least = Math.Min(least, await AllocatedAsync(bytes, answerLength));
        }

        Assert.True(least < long.MaxValue, "No round has run on this thread alone.");
        return least;
    }

    public async ValueTask DisposeAsync()
    {
        await _toServer.Writer.CompleteAsync();
        await _serving.InTime();
    }

    /// <summary>The bytes, or the most there is where another thread has had a part in the round.</summary>
    private async Task<long> AllocatedAsync(byte[] request, int answerLength)
    {
        int missing = answerLength * Calls;
        PipeWriter writer = _toServer.Writer;
        PipeReader reader = _toClient.Reader;
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < Calls; i++)
        {
            request.CopyTo(writer.GetSpan(request.Length));
            writer.Advance(request.Length);
            AssertDone(writer.FlushAsync());

            // Answered within the flush.
            if (reader.TryRead(out ReadResult answer))
            {
                missing -= (int)answer.Buffer.Length;
                reader.AdvanceTo(answer.Buffer.End);
            }
        }

        long allocated = missing == 0 ? GC.GetAllocatedBytesForCurrentThread() - before : long.MaxValue;

        while (missing > 0)
        {
            ReadResult answer = await reader.ReadAsync().InTime();
            missing -= (int)answer.Buffer.Length;
            reader.AdvanceTo(answer.Buffer.End);
            await Task.Yield();     // away from the server's thread
        }

        return allocated;
    }

    private static void AssertDone(ValueTask<FlushResult> flush) => Assert.True(flush.IsCompletedSuccessfully);

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
