using System.Buffers;
using System.IO.Pipelines;
using Microsoft.Extensions.Time.Testing;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Core.Tests.Connections;

/// <summary>Answers keep the order that the peer wants, whatever order they are ready in, and a held one keeps its place.</summary>
public sealed class AnswerOrderTests
{
    private readonly Pipe _sent = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly FakeTimeProvider _clock = new();
    private readonly RunningCalls _running = new(limit: 10, total: null, new InFlightRequests(TimeProvider.System));
    private readonly MessageOutput _output;

    public AnswerOrderTests() => _output = new MessageOutput(_sent.Writer, MprpcSerializerOptions.Default, _ => { }, running: _running);

    [Fact]
    public async Task InOrder_EachOrderOfCompletion_AnswersAsRequestsCame()
    {
        AnswerOrder order = Create(MprpcResponseOrder.InOrder);

        foreach (int[] completion in Permutations([0, 1, 2, 3]))
        {
            AnswerOrder.Turn[] turns = [.. completion.Select(_ => order.Begin())];

            foreach (int i in completion)
            {
                order.Complete(turns[i], Answer(i));
            }

            int[] sent = await SentAsync();
            Assert.Equal([0, 1, 2, 3], sent);
        }

        Assert.Equal(0, _running.Count);
    }

    [Fact]
    public async Task InOrder_AnAnswerWaitsForItsTurn_KeepsItsPlaceAndItsBytesCount()
    {
        var running = new RunningCalls(limit: 10, total: null, new InFlightRequests(TimeProvider.System), maxAnswerBytes: 1000);
        var order = new AnswerOrder(
            MprpcResponseOrder.InOrder, new MessageOutput(_sent.Writer, MprpcSerializerOptions.Default, _ => { }, running: running), running, _clock);
        AnswerOrder.Turn first = order.Begin();
        AnswerOrder.Turn second = order.Begin();

        order.Complete(second, Answer(1, padding: 1000));
        (int held, bool isFull) = (running.Count, running.IsFull);
        order.Complete(first, Answer(0));
        int[] sent = await SentAsync();

        Assert.Equal((2, true), (held, isFull));
        Assert.Equal((0, false), (running.Count, running.IsFull));
        Assert.Equal([0, 1], sent);
    }

    [Fact]
    public async Task LastInFirstOut_AnOuterAnswerIsReadyFirst_ComesAfterTheNestedOneAndAPause()
    {
        AnswerOrder order = Create(MprpcResponseOrder.LastInFirstOut);
        AnswerOrder.Turn outer = order.Begin();
        AnswerOrder.Turn nested = order.Begin();

        order.Complete(outer, Answer(0));
        int[] atFirst = await SentAsync();
        order.Complete(nested, Answer(1));
        int[] atOnce = await SentAsync();
        _clock.Advance(TimeSpan.FromMilliseconds(20));
        int[] afterThePause = await SentAsync();

        Assert.Empty(atFirst);
        Assert.Equal([1], atOnce);
        Assert.Equal([0], afterThePause);
        Assert.Equal(0, _running.Count);
    }

    [Fact]
    public async Task LastInFirstOut_AnswersAreReadyInTheirTurn_NothingWaits()
    {
        AnswerOrder order = Create(MprpcResponseOrder.LastInFirstOut);
        AnswerOrder.Turn outer = order.Begin();
        AnswerOrder.Turn nested = order.Begin();

        order.Complete(nested, Answer(1));
        order.Complete(outer, Answer(0));
        int[] sent = await SentAsync();

        Assert.Equal([1, 0], sent);
    }

    [Fact]
    public void Complete_TheConnectionIsClosed_GivesThePlacesBack()
    {
        AnswerOrder order = Create(MprpcResponseOrder.InOrder);
        AnswerOrder.Turn first = order.Begin();
        AnswerOrder.Turn second = order.Begin();
        _output.Close();

        order.Complete(second, Answer(1));
        order.Complete(first, Answer(0));

        Assert.Equal(0, _running.Count);
    }

    private static IEnumerable<int[]> Permutations(int[] items)
        => items.Length <= 1
            ? [items]
            : items.SelectMany(first => Permutations([.. items.Where(item => item != first)]).Select(rest => (int[])[first, .. rest]));

    private static MprpcWriter Answer(int number, int padding = 0)
    {
        MprpcWriter answer = MprpcWriter.Rent(MprpcSerializerOptions.Default);
        answer.WriteEncoded([0x94, 0x01, (byte)number, 0xc0, 0xc5, (byte)(padding >> 8), (byte)padding, .. new byte[padding]]);
        return answer;
    }

    private AnswerOrder Create(MprpcResponseOrder order) => new(order, _output, _running, _clock);

    /// <summary>The msgids of what was sent since the last time.</summary>
    private async Task<int[]> SentAsync()
    {
        List<int> numbers = [];
        await _sent.Writer.WriteAsync(new byte[] { 0 });        // so that there is something to read
        ReadResult read = await _sent.Reader.ReadAsync();
        byte[] bytes = read.Buffer.ToArray();
        _sent.Reader.AdvanceTo(read.Buffer.End);

        for (int i = 0; i < bytes.Length - 1; i += 7 + (bytes[i + 5] << 8) + bytes[i + 6])
        {
            numbers.Add(bytes[i + 2]);
        }

        return [.. numbers];
    }
}
