
namespace Mprpc.Reliability.Server;

/// <summary>However a conversation is cut, it means the same; wherever it ends, nothing is left of it.</summary>
public sealed class CutTests
{
    [Fact]
    public async Task Conversation_CutInTwoAtEveryOffset_GetsTheSameAnswers()
    {
        await using Scenario scenario = await Scenario.StartAsync(nameof(Conversation_CutInTwoAtEveryOffset_GetsTheSameAnswers));
        byte[] conversation = Conversation.Bytes;
        using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
        (List<string> expected, int length) = await AskWholeAsync(scenario, conversation);
        int step = Scale.Of(conversation.Length / 400, 1);
        int cuts = 0;

        for (int cut = 1; cut < conversation.Length; cut += step)
        {
            await socket.SendAsync(conversation.AsMemory(0, cut));
            await Task.Yield();
            await socket.SendAsync(conversation.AsMemory(cut));
            Assert.Equal(expected, WireBytes.Sorted(await socket.ReceiveAsync(length)));
            cuts++;
        }

        await scenario.EndAsync($"{cuts:N0} offsets of {conversation.Length:N0} bytes, 1,000 messages each");
    }

    [Fact]
    public async Task Conversation_ByteByByte_GetsTheSameAnswers()
    {
        await using Scenario scenario = await Scenario.StartAsync(nameof(Conversation_ByteByByte_GetsTheSameAnswers));
        byte[] conversation = Conversation.Bytes[..Scale.Of(8_000, Conversation.Bytes.Length)];
        (List<string> expected, int length) = await AskWholeAsync(scenario, conversation);
        using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
        Task<byte[]> receiving = socket.ReceiveAsync(length);

        for (int i = 0; i < conversation.Length; i++)
        {
            await socket.SendAsync(conversation.AsMemory(i, 1));
        }

        Assert.Equal(expected, WireBytes.Sorted(await receiving));
        await scenario.EndAsync($"{conversation.Length:N0} bytes in as many sends");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Conversation_EndedAfterEveryOffset_LeavesNothingBehind(bool isReset)
    {
        await using Scenario scenario = await Scenario.StartAsync(
            $"{nameof(Conversation_EndedAfterEveryOffset_LeavesNothingBehind)}, {(isReset ? "RST" : "FIN")}");
        byte[] conversation = Conversation.Bytes;
        int step = Scale.Of(conversation.Length / 400, 1);
        int ends = 0;

        for (int end = 0; end < conversation.Length; end += step)
        {
            using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
            Task<long> receiving = isReset ? Task.FromResult(0L) : socket.ReceiveToEndAsync();
            await socket.SendAsync(conversation.AsMemory(0, end));
            ends++;

            if (isReset)
            {
                socket.Reset();
                continue;
            }

            socket.FinishSending();
            await receiving;
        }

        // At most that calls waited, where connections come faster than their calls end, and that notifications were refused, as some of the conversation's
        // are.
        string[] lines = (await scenario.Server.AskAsync<string>("log_summary")).Split(", ");
        string[] usual = ["CallsWait", "LinesLeftOut", "NotificationRefused", "EventsLeftOut"];
        Assert.DoesNotContain(
            lines,
            line => !line.StartsWith("Debug ", StringComparison.Ordinal)
                && !usual.Any(name => line.StartsWith($"Information {name} ", StringComparison.Ordinal)));
        await scenario.EndAsync($"{ends:N0} connections");
    }

    [Fact]
    public async Task Message_InSmallPieces_TakesTimeInProportionToItsBytes()
    {
        await using Scenario scenario = await Scenario.StartAsync(nameof(Message_InSmallPieces_TakesTimeInProportionToItsBytes));
        TimeSpan first = await SendInPiecesAsync(scenario, 256 * 1024);     // what is compiled at the first time
        TimeSpan small = await SendInPiecesAsync(scenario, 512 * 1024);
        TimeSpan large = await SendInPiecesAsync(scenario, 4_000_000);

        // Eight times the bytes; a scanner that starts over takes 64 times the time. Half a second for what else the process does.
        Assert.InRange(large, TimeSpan.Zero, (small * 24) + TimeSpan.FromMilliseconds(500));
        await scenario.EndAsync(
            $"processor time of the server for 64-byte pieces: 0.5 MiB {small.TotalMilliseconds:N0} ms, 4 MB {large.TotalMilliseconds:N0} ms (256 KiB at ",
            $"first {first.TotalMilliseconds:N0} ms)");
    }

    private static async Task<TimeSpan> SendInPiecesAsync(Scenario scenario, int elements)
    {
        // As many heads as bytes: the most that a scanner can have to do.
        byte[] message =
        [
            .. WireBytes.Request(1, "running"), 0x91, 0xdd, (byte)(elements >> 24), (byte)(elements >> 16), (byte)(elements >> 8), (byte)elements,
            .. new byte[elements],
        ];
        using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
        TimeSpan before = scenario.Server.Figures.Cpu;

        for (int position = 0; position < message.Length; position += 64)
        {
            await socket.SendAsync(message.AsMemory(position, Math.Min(64, message.Length - position)));
        }

        byte[] answer = await socket.ReceiveAsync(4);
        Assert.Equal("940101d9", Hex.Text(answer));      // an error: the method takes no params
        return scenario.Server.Figures.Cpu - before;
    }

    private static async Task<(List<string> Answers, int Length)> AskWholeAsync(Scenario scenario, byte[] conversation)
    {
        using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
        using var answers = new MemoryStream();
        await socket.SendAsync(conversation);
        socket.FinishSending();
        await socket.CopyToAsync(answers);
        List<string> messages = WireBytes.Sorted(answers.ToArray());

        Assert.InRange(messages.Count, 1, Conversation.Requests);
        Assert.True(messages.Count == Conversation.Requests || conversation.Length < Conversation.Bytes.Length);
        Assert.Contains("940101c002", messages);     // sum(1, 1)
        return (messages, (int)answers.Length);
    }
}
