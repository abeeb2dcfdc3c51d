using System.Buffers;
using Mprpc.Connections;

namespace Mprpc.Core.Tests.Connections;

/// <summary>What a read has brought is handed out segment by segment, and what is left of a message is put before what comes next.</summary>
public sealed class ReceivedBytesTests
{
    private ReceivedBytes _received;

    [Fact]
    public void Begin_OfOneSegment_HandsItOutWithoutACopy()
    {
        byte[] bytes = [1, 2, 3];

        _received.Begin(new ReadOnlySequence<byte>(bytes), expected: 0);

        Assert.True(_received.Source.Equals(bytes.AsMemory()));
        Assert.Equal(0, _received.Position);
        Assert.Equal(0, _received.PartialLength);
        Assert.False(_received.TryTakeSegment(expected: 0));
    }

    [Fact]
    public void Begin_OfSeveralSegments_HandsThemOutOneByOneAndSkipsEmptyOnes()
    {
        _received.Begin(Sequence([1], [], [2, 3]), expected: 0);
        byte[] first = _received.Source.ToArray();
        _received.Position = 1;
        _received.KeepRest(expected: 0);
        bool hasNext = _received.TryTakeSegment(expected: 0);
        byte[] next = _received.Source.ToArray();
        _received.Position = 2;
        _received.KeepRest(expected: 0);

        Assert.Equal([1], first);
        Assert.True(hasNext);
        Assert.Equal([2, 3], next);
        Assert.False(_received.TryTakeSegment(expected: 0));
        Assert.Equal(0, _received.PartialNumber);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(100)]
    public void KeepRest_OfAMessageThatIsNotAllThere_PutsItBeforeTheNextSegment(int expected)
    {
        _received.Begin(Sequence([1, 2, 3], [4]), expected);
        _received.Position = 1;
        _received.KeepRest(expected);
        int lengthBetween = _received.PartialLength;
        bool hasNext = _received.TryTakeSegment(expected);

        Assert.Equal(2, lengthBetween);
        Assert.True(hasNext);
        Assert.Equal([2, 3, 4], _received.Source.ToArray());
        Assert.Equal(1, _received.PartialNumber);
    }

    [Fact]
    public void KeepRest_AcrossReads_KeepsTheBytesWhenTheTransportsBufferIsReused()
    {
        byte[] transport = [1, 2, 3];
        _received.Begin(new ReadOnlySequence<byte>(transport), expected: 0);
        _received.Position = 1;
        _received.KeepRest(expected: 0);
        _received.Release();
        transport.AsSpan().Fill(0xff);

        _received.Begin(new ReadOnlySequence<byte>([4]), expected: 0);
        byte[] whole = _received.Source.ToArray();
        _received.Position = 3;
        _received.KeepRest(expected: 0);

        Assert.Equal([2, 3, 4], whole);
        Assert.Equal(0, _received.PartialLength);
    }

    [Fact]
    public void PartialNumber_WhileOneMessageGoesOn_StaysTheSame()
    {
        List<int> numbers = [];

        for (byte i = 0; i < 4; i++)
        {
            _received.Begin(new ReadOnlySequence<byte>([i]), expected: 10);
            _received.KeepRest(expected: 10);
            _received.Release();
            numbers.Add(_received.PartialNumber);
        }

        _received.Begin(new ReadOnlySequence<byte>([4, 5]), expected: 10);
        _received.Position = 5;
        _received.KeepRest(expected: 10);

        Assert.Equal([1, 1, 1, 1], numbers);
        Assert.Equal(2, _received.PartialNumber);       // the message has ended, and byte 5 begins another
        Assert.Equal(1, _received.PartialLength);
    }

    [Fact]
    public void Clear_WithAMessageThatIsNotAllThere_ForgetsIt()
    {
        _received.Begin(new ReadOnlySequence<byte>([1, 2]), expected: 0);
        _received.KeepRest(expected: 0);
        _received.Release();

        _received.Clear();

        Assert.Equal(0, _received.PartialLength);
    }

    private static ReadOnlySequence<byte> Sequence(params byte[][] segments)
    {
        var first = new Segment(segments[0], previous: null);
        Segment last = first;

        foreach (byte[] segment in segments[1..])
        {
            last = new Segment(segment, last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? previous)
        {
            Memory = bytes;

            if (previous is not null)
            {
                previous.Next = this;
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
            }
        }
    }
}
