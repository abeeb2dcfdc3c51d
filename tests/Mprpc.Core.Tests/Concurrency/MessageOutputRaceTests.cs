using System.Buffers.Binary;
using System.IO.Pipelines;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Core.Tests.Concurrency;

/// <summary>Many write at once: each message goes out whole, once, and those of one writer in its order.</summary>
public sealed class MessageOutputRaceTests
{
    private const int Writers = 6;
    private const int Messages = 400;

    [Fact]
    public async Task Messages_OfManyThreadsAndTheLoop_GoOutWholeAndInTheOrderOfEach()
    {
        for (int round = 0; round < 20; round++)
        {
            var transport = new NoisyWriter(new Random(round));
            var output = new MessageOutput(transport, MprpcSerializerOptions.Default, static exception => Assert.Null(exception));

            await Noise.RunAsync(
                [
                    .. Enumerable.Range(0, Writers).Select<int, Action<Random>>(writer => random =>
                    {
                        for (int i = 0; i < Messages; i++)
                        {
                            Assert.True(output.TrySend(Message(writer, i, random)));
                            Noise.Make(random);
                        }
                    }),
                    random =>
                    {
                        // The read loop: holds the output, collects a batch, sends all.
                        for (int i = 0; i < Messages; i++)
                        {
                            bool isHeld = output.TryHold();
                            Noise.Make(random);
                            output.SendBatch(i % 5 == 0 ? null : Message(Writers, i, random), isHeld);
                            Noise.Make(random);
                        }
                    },
                ]);
            await output.WaitUntilSentAsync().WaitAsync(TimeSpan.FromSeconds(30));

            AssertWhole(transport.Written);
        }
    }

    [Fact]
    public async Task Close_WhileManyWrite_RefusesTheRestAndLeavesNobodyWaiting()
    {
        for (int round = 0; round < 100; round++)
        {
            var transport = new NoisyWriter(new Random(round));
            var output = new MessageOutput(transport, MprpcSerializerOptions.Default, static _ => { });

            await Noise.RunAsync(
                [
                    .. Enumerable.Range(0, Writers).Select<int, Action<Random>>(writer => random =>
                    {
                        for (int i = 0; i < 50; i++)
                        {
                            bool isSent = output.TrySend(Message(writer, i, random));
                            Noise.Make(random);

                            if (!isSent)
                            {
                                return;
                            }

                            output.WaitUntilSentAsync().Wait(TimeSpan.FromSeconds(30));
                        }
                    }),
                    random =>
                    {
                        Thread.SpinWait(random.Next(50_000));
                        output.Close();
                    },
                ]);

            Assert.False(output.TrySend(Message(0, 0, new Random(0))));
            Assert.True(output.WaitUntilSentAsync().IsCompleted);
        }
    }

    /// <summary>Length, writer, number, and as many bytes of the writer's as the length says.</summary>
    private static MprpcWriter Message(int writer, int number, Random random)
    {
        int length = random.Next(8) == 0 ? random.Next(40_000) : random.Next(40);
        byte[] bytes = new byte[12 + length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), writer);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), number);
        bytes.AsSpan(12).Fill((byte)writer);
        MprpcWriter message = MprpcWriter.Rent(MprpcSerializerOptions.Default);
        message.WriteEncoded(bytes);
        return message;
    }

    private static void AssertWhole(ReadOnlySpan<byte> written)
    {
        int[] last = [.. Enumerable.Repeat(-1, Writers + 1)];
        int messages = 0;

        while (!written.IsEmpty)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(written);
            int writer = BinaryPrimitives.ReadInt32LittleEndian(written[4..]);
            int number = BinaryPrimitives.ReadInt32LittleEndian(written[8..]);

            Assert.InRange(writer, 0, Writers);
            Assert.True(number > last[writer], $"Message {number} of writer {writer} comes after {last[writer]}.");
            Assert.Equal(-1, written.Slice(12, length).IndexOfAnyExcept((byte)writer));
            last[writer] = number;
            messages++;
            written = written[(12 + length)..];
        }

        Assert.Equal((Writers * Messages) + (Messages - (Messages / 5)), messages);
    }

    /// <summary>A transport that now and then takes its time; it must never be written to by two at once.</summary>
    private sealed class NoisyWriter(Random random) : PipeWriter
    {
        private readonly List<byte> _written = [];
        private int _writers;

        public ReadOnlySpan<byte> Written => _written.ToArray();

        public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            Assert.Equal(1, Interlocked.Increment(ref _writers));
            int pause = random.Next(4);
            _written.AddRange(source.Span);

            if (pause == 0)
            {
                await Task.Yield();
            }

            Interlocked.Decrement(ref _writers);
            return default;
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;

        public override Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException();

        public override Span<byte> GetSpan(int sizeHint = 0) => throw new NotSupportedException();

        public override void Advance(int bytes) => throw new NotSupportedException();

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }
}
