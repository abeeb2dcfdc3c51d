using System.IO.Pipelines;
using CsCheck;
using Mprpc.Core.Tests.Serialization;
using Mprpc.Tests.Kit;

namespace Mprpc.Core.Tests.Connections;

public sealed class ReadLoopTests
{
    private const string SumAnswer = "940101c003";

    [Fact]
    public async Task Messages_ByteByByte_AreAnsweredAsIfWhole()
    {
        // S13
        await using var peer = InMemoryConnection.Serving(new Probe());

        foreach (byte b in Hex.Bytes("94 00 01 SUM 94 00 01 SUM"))
        {
            await peer.SendAsync(new[] { b });
        }

        Assert.Equal(SumAnswer, await peer.ReadAsync());
        Assert.Equal(SumAnswer, await peer.ReadAsync());
    }

    [Fact]
    public async Task Messages_CutInTwoAtEachPlace_AreAnswered()
    {
        // S15
        byte[] message = Hex.Bytes("94 00 01 SUM 94 00 01 SUM");
        await using var peer = InMemoryConnection.Serving(new Probe());

        for (int cut = 0; cut <= message.Length; cut++)
        {
            await peer.SendAsync(message.AsMemory(0, cut));
            await Task.Yield();
            await peer.SendAsync(message.AsMemory(cut));

            Assert.Equal(SumAnswer, await peer.ReadAsync());
            Assert.Equal(SumAnswer, await peer.ReadAsync());
        }
    }

    [Fact]
    public async Task Conversation_CutAnywhere_GivesTheSameAnswers()
    {
        Gen<(byte[] Message, string? Answer)> step = Gen.OneOf(
            Gen.Select(
                Gen.Byte[0, 127],
                MessagePackGen.Value,
                (id, value) => ((byte[])[0x94, 0, id, .. Hex.Bytes("a4 6563686f 91"), .. value], (string?)$"9401{id:x2}c0{Hex.Of(value)}")),
            Gen.Select(
                Gen.Byte[0, 127],
                Gen.Byte[0, 60],
                Gen.Byte[0, 60],
                (id, x, y) => ((byte[])[0x94, 0, id, .. Hex.Bytes("a3 73756d 92"), x, y], (string?)$"9401{id:x2}c0{x + y:x2}")),
            Gen.Select(Gen.Byte[0, 127], Gen.Byte.Array[0, 20_000], (id, bytes) => (
                (byte[])[0x94, 0, id, .. Hex.Bytes("a5 6279746573 91 c5"), (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes],
                (string?)$"9401{id:x2}c0{Hex.Of(MprpcRaw.From(bytes).Memory.Span)}")),
            Gen.Byte[0, 127].Select(id => ((byte[])[0x94, 0, id, .. Hex.Bytes("a4 6661696c 90")], (string?)$"9401{id:x2}a4626f6f6dc0")),
            Gen.Const((Hex.Bytes("93 02 a6 6e6f73756368 90"), (string?)null)),
            Gen.Const((Hex.Bytes("93 02 a6 6e6f74696679 91 01"), (string?)null)),
            Gen.Const((Hex.Bytes("94 01 05 c0 93010203"), (string?)null)));

        await Gen.Select(step.Array[1, 20], Gen.Int[1, 3000].Array[1, 20]).SampleAsync(async (steps, cuts) =>
        {
            byte[] all = [.. steps.SelectMany(s => s.Message)];
            await using var peer = InMemoryConnection.Serving(new Probe());
            Task<List<string>> answers = ReadAsync(peer, steps.Count(s => s.Answer is not null));

            for (int position = 0, cut = 0; position < all.Length; cut++)
            {
                int length = Math.Min(cuts[cut % cuts.Length], all.Length - position);
                await peer.SendAsync(all.AsMemory(position, length));
                position += length;
            }

            Assert.Equal(steps.Select(s => s.Answer).OfType<string>(), await answers);
        }, iter: 60, threads: 1);
    }

    [Fact]
    public async Task Message_InManySegmentsOfOneRead_IsHandled()
    {
        await using var peer = InMemoryConnection.Serving(new Probe());
        byte[] body = new byte[100_000];
        Random.Shared.NextBytes(body);
        byte[] message = [.. Hex.Bytes("94 00 01 a5 6279746573 91 c6 000186a0"), .. body, .. Hex.Bytes("94 00 01 SUM")];

        await peer.SendAsync(message);

        Assert.Equal("940101c0c6000186a0" + Hex.Of(body), await peer.ReadAsync());
        Assert.Equal(SumAnswer, await peer.ReadAsync());
    }

    [Theory]
    [InlineData(1, 500, 1)]
    [InlineData(1, 1500, 3)]        // 512 small messages are as much work as goes without a send
    [InlineData(800, 18, 1)]        // and of this size 20
    [InlineData(800, 60, 3)]
    public async Task Messages_OfOneRead_AreAnsweredInAFewSends(int size, int messages, int sends)
    {
        byte[] message = [.. Hex.Bytes("94 00 01 a5 6279746573 91 c5"), (byte)(size >> 8), (byte)size, .. new byte[size]];
        byte[] all = [.. Enumerable.Repeat(message, messages).SelectMany(bytes => bytes)];
        List<int> seen = [];

        // A thread that loses its time slice within the method is taken for one that blocks, and then there are more.
        while (!seen.Contains(sends) && seen.Count < 10)
        {
            await using var peer = InMemoryConnection.Serving(new Probe());
            await peer.SendAsync(all);

            for (int i = 0; i < messages; i++)
            {
                Assert.StartsWith("940101c0", await peer.ReadAsync(), StringComparison.Ordinal);
            }

            seen.Add(peer.Connection.Output.Writes);
        }

        Assert.Contains(sends, seen);
    }

    [Fact]
    public async Task MethodBlocks_OtherCalls_GoOnAndItsAnswerComesWhenItEnds()
    {
        using var probe = new Probe();
        await using var peer = InMemoryConnection.Serving(probe);

        await peer.SendAsync("94 00 01 SUM 94 00 02 a5 626c6f636b 91 07 94 00 01 SUM 94 00 01 SUM");

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(SumAnswer, await peer.ReadAsync());
        }

        await peer.SendAsync("94 00 01 SUM");
        Assert.Equal(SumAnswer, await peer.ReadAsync());
        probe.Gate.Set();

        Assert.Equal("940102c007", await peer.ReadAsync());
        await peer.SendAsync("94 00 01 SUM");
        Assert.Equal(SumAnswer, await peer.ReadAsync());
        await peer.Connection.RunningCalls.WaitForNoneAsync().WaitAsync(InMemoryConnection.Deadline);
    }

    [Fact]
    public async Task SeveralMethodsBlock_EachInItsTurn_AllAreAnswered()
    {
        using var probe = new Probe();
        await using var peer = InMemoryConnection.Serving(probe);

        await peer.SendAsync(string.Concat(Enumerable.Range(2, 6).Select(id => $"9400{id:x2}a5626c6f636b91{id:x2}")) + "94 00 01 SUM");

        Assert.Equal(SumAnswer, await peer.ReadAsync());
        probe.Gate.Set();
        List<string> answers = await ReadAsync(peer, 6);

        Assert.Equal(Enumerable.Range(2, 6).Select(id => $"9401{id:x2}c0{id:x2}"), answers.Order(StringComparer.Ordinal));
        await peer.Connection.RunningCalls.WaitForNoneAsync().WaitAsync(InMemoryConnection.Deadline);
    }

    [Fact]
    public async Task MethodBlocksOnACallToItsCaller_CallerAnswers_IsAnswered()
    {
        await using var peer = InMemoryConnection.Serving(new Probe());

        await peer.SendAsync($"94 00 07 a9 {Hex.Of("call_back"u8)} 91 05");
        Assert.Equal("940000a46261636b9105", await peer.ReadAsync());
        await peer.SendAsync("94 01 00 c0 2a");

        Assert.Equal("940107c02a", await peer.ReadAsync());
    }

    [Fact]
    public async Task LimitOfRunningCallsReached_MethodsCallTheirCaller_AnswersAreRead()
    {
        await using var peer = InMemoryConnection.Serving(new Probe(), maxRunningCalls: 1);

        await peer.SendAsync($"94 00 07 af {Hex.Of("call_back_later"u8)} 91 05");
        Assert.Equal("940000a46261636b9105", await peer.ReadAsync());
        await peer.SendAsync("94 01 00 c0 2a");

        Assert.Equal("940107c02a", await peer.ReadAsync());
    }

    [Fact]
    public async Task LimitOfRunningCallsReached_FurtherRequests_WaitUnread()
    {
        using var probe = new Probe();
        await using var peer = InMemoryConnection.Serving(probe, maxRunningCalls: 2);

        await peer.SendAsync("94 00 01 SUM 94 00 02 a4 77616974 91 02 94 00 03 a4 77616974 91 03 94 00 04 SUM");
        Assert.Equal(SumAnswer, await peer.ReadAsync());
        Task<string> next = peer.ReadAsync();
        Assert.NotSame(next, await Task.WhenAny(next, Task.Delay(50)));
        probe.Released.SetResult();
        List<string> answers = [await next, .. await ReadAsync(peer, 2)];

        Assert.Equal(["940102c002", "940103c003", "940104c003"], answers.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task SmallRequestsWithLargeAnswers_PeerDoesNotRead_AreNotAllAnsweredIntoMemory()
    {
        // 1,000 requests in one read; 64 KiB for each answer.
        var output = new Pipe(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024));
        using var probe = new Probe();
        await using var peer = InMemoryConnection.Serving(probe, output: output.Writer);

        await peer.SendAsync(string.Concat(Enumerable.Repeat("94 00 01 a5 6c61726765 90", 1_000)));
        await Bounded.Until(() => probe.LargeAnswers > 0, "that the first is called");
        await Task.WhenAny(peer.Ended, Task.Delay(200));
        int made = probe.LargeAnswers;
        await output.Reader.CompleteAsync();

        Assert.InRange(made, 1, 10);
    }

    [Fact]
    public async Task AsynchronousMethodsWithLargeAnswers_PeerDoesNotRead_AreNotReadOnAndOn()
    {
        var output = new Pipe(new PipeOptions(pauseWriterThreshold: 64 * 1024, resumeWriterThreshold: 32 * 1024));
        using var probe = new Probe();
        await using var peer = InMemoryConnection.Serving(probe, maxRunningCalls: 10, output: output.Writer);

        await peer.SendAsync(string.Concat(Enumerable.Repeat($"94 00 01 ab {Hex.Of("large_later"u8)} 90", 1_000)));
        await Bounded.Until(() => probe.LargeAnswers > 0, "that the first is called");
        await Task.WhenAny(peer.Ended, Task.Delay(300));
        int made = probe.LargeAnswers;
        await output.Reader.CompleteAsync();

        // A mebibyte that waits, and what ran when that was reached.
        Assert.InRange(made, 1, 50);
    }

    [Fact]
    public async Task AmbientState_OfOneCall_IsNotSeenByTheNext()
    {
        await using var peer = InMemoryConnection.Serving(new Probe());
        string mark = "94 00 01 a4 6d61726b 91 a161";

        await peer.SendAsync(mark + mark);
        await peer.SendAsync(mark);

        Assert.All(await ReadAsync(peer, 3), answer => Assert.Equal("940101c0c0", answer));
    }

    [Fact]
    public async Task EmptyRead_BetweenAndInsideMessages_ChangesNothing()
    {
        await using var peer = InMemoryConnection.Serving(new Probe());

        await peer.SendAsync(ReadOnlyMemory<byte>.Empty);
        await peer.SendAsync("94 00 01 a3 73");
        await peer.SendAsync(ReadOnlyMemory<byte>.Empty);
        await peer.SendAsync("756d 92 01 02");

        Assert.Equal(SumAnswer, await peer.ReadAsync());
    }

    [Fact]
    public async Task PeerFinishes_CallsRun_AreAnsweredBeforeTheEnd()
    {
        // S52
        using var probe = new Probe();
        var peer = InMemoryConnection.Serving(probe);

        await peer.SendAsync("94 00 02 a4 77616974 91 02");
        await peer.SendAsync("94 00 01 SUM");
        Assert.Equal(SumAnswer, await peer.ReadAsync());
        peer.Finish();
        probe.Released.SetResult();

        Assert.Equal("940102c002", await peer.ReadAsync());
        Assert.Null(await peer.TryReadAsync());
        Assert.Null(await peer.Ended.WaitAsync(InMemoryConnection.Deadline));
    }

    [Fact]
    public async Task PeerFinishes_InMidMessage_EndsInGoodOrder()
    {
        var peer = InMemoryConnection.Serving(new Probe());

        await peer.SendAsync("94 00 01 SUM 94 00 01 a3 73");
        peer.Finish();

        Assert.Equal(SumAnswer, await peer.ReadAsync());
        Assert.Null(await peer.TryReadAsync());
        Assert.Null(await peer.Ended.WaitAsync(InMemoryConnection.Deadline));
    }

    [Theory]
    [InlineData("c1")]
    [InlineData("07")]
    [InlineData("90")]
    [InlineData("94 03 01 SUM")]
    [InlineData("94 00 cfffffffffffffffff SUM")]
    [InlineData("94 00 01 a4 6563686f 91 c67fffffff")]
    [InlineData("95 00 01 SUM c0")]
    public async Task ProtocolBroken_AfterARequest_AnswersItAndEnds(string hex)
    {
        var peer = InMemoryConnection.Serving(new Probe());

        await peer.SendAsync("94 00 01 SUM" + hex + "94 00 01 SUM");

        Assert.Equal(SumAnswer, await peer.ReadAsync());
        Assert.Null(await peer.TryReadAsync());
        Assert.IsType<MprpcProtocolException>(await peer.Ended.WaitAsync(InMemoryConnection.Deadline));
    }

    [Fact]
    public async Task TooDeepOrTooLarge_Reason_NamesTheLimitAndTheOption()
    {
        var deep = InMemoryConnection.Serving(new Probe());
        var large = InMemoryConnection.Serving(new Probe());

        await deep.SendAsync(string.Concat(Enumerable.Repeat("91", 65)));
        await large.SendAsync("c67fffffff");

        Assert.Contains(
            "64 arrays and maps. Raise Options.MaxDepth", (await deep.Ended.WaitAsync(InMemoryConnection.Deadline))?.Message, StringComparison.Ordinal);
        Assert.Contains(
            "4,194,304 bytes. Raise Options.MaxMessageSize", (await large.Ended.WaitAsync(InMemoryConnection.Deadline))?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_WhileWaiting_EndsInGoodOrder()
    {
        var peer = InMemoryConnection.Serving(new Probe());

        await peer.SendAsync("94 00 01 SUM");
        Assert.Equal(SumAnswer, await peer.ReadAsync());
        peer.Connection.Stop();

        Assert.Null(await peer.TryReadAsync());
        Assert.Null(await peer.Ended.WaitAsync(InMemoryConnection.Deadline));
        Assert.True(peer.Connection.Closed.IsCancellationRequested);
    }

    [Fact]
    public async Task Closed_CallbackThrows_ConnectionStillEndsAndCompletesItsTransport()
    {
        var peer = InMemoryConnection.Serving(new Probe());
        peer.Connection.Closed.Register(() => throw new InvalidOperationException("user code"));

        peer.Finish();

        Assert.Null(await peer.TryReadAsync());
        Assert.Null(await peer.Ended.WaitAsync(InMemoryConnection.Deadline));
    }

    private static async Task<List<string>> ReadAsync(InMemoryConnection peer, int count)
    {
        List<string> answers = [];

        while (answers.Count < count)
        {
            answers.Add(await peer.ReadAsync().ConfigureAwait(false));
        }

        return answers;
    }
}
