using System.Buffers;
using System.IO.Pipelines;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Transports;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Connections;

public sealed class MessageOutputTests
{
    [Fact]
    public async Task TrySend_EightConcurrentWriters_WholeMessagesInEachWritersOrder()
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 4096, resumeWriterThreshold: 2048));
        var output = new MessageOutput(pipe.Writer, MprpcSerializerOptions.Default, _ => { });
        const int PerWriter = 2000;

        Task<List<(int Writer, int Number)>> reading = Task.Run(() => ReadAllAsync(pipe.Reader));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() =>
        {
            for (int number = 0; number < PerWriter; number++)
            {
                Assert.True(output.TrySend(Message(writer, number, padding: number % 7 == 0 ? 3000 : 3)));
            }
        })));
        await output.WaitUntilSentAsync().WaitAsync(InMemoryConnection.Deadline);
        await pipe.Writer.CompleteAsync();
        List<(int Writer, int Number)> messages = await reading.WaitAsync(InMemoryConnection.Deadline);

        Assert.Equal(8 * PerWriter, messages.Count);
        Assert.All(messages.GroupBy(message => message.Writer), group => Assert.Equal(Enumerable.Range(0, PerWriter), group.Select(message => message.Number)));
    }

    [Fact]
    public void SendBatch_Held_SendsTheBatchAndThenWhatWaited()
    {
        var transport = new GatedWriter { IsOpen = true };
        var output = new MessageOutput(transport, MprpcSerializerOptions.Default, _ => { });

        Assert.True(output.TryHold());
        Assert.False(output.TryHold());
        Assert.True(output.TrySend(Message(1, 1)));
        Assert.Empty(transport.Writes);
        output.SendBatch(Message(0, 0), isHeld: true);

        Assert.Equal(Hex.Of([.. Message(0, 0).WrittenSpan, .. Message(1, 1).WrittenSpan]), Assert.Single(transport.Writes));
        Assert.True(output.TryHold());
    }

    [Fact]
    public void SendBatch_HeldWithoutBatch_SendsWhatWaited()
    {
        var transport = new GatedWriter { IsOpen = true };
        var output = new MessageOutput(transport, MprpcSerializerOptions.Default, _ => { });

        output.TryHold();
        output.TrySend(Message(1, 1));
        output.TrySend(Message(1, 2));
        output.SendBatch(null, isHeld: true);

        Assert.Equal(Hex.Of([.. Message(1, 1).WrittenSpan, .. Message(1, 2).WrittenSpan]), Assert.Single(transport.Writes));
    }

    [Fact]
    public void SendBatch_NothingToSend_LeavesTheOutputFree()
    {
        var transport = new GatedWriter { IsOpen = true };
        var output = new MessageOutput(transport, MprpcSerializerOptions.Default, _ => { });

        Assert.True(output.TryHold());
        output.SendBatch(null, isHeld: true);
        output.SendBatch(null, isHeld: false);

        Assert.Empty(transport.Writes);
        Assert.True(output.WaitUntilSentAsync().IsCompleted);
        Assert.True(output.TryHold());
    }

    [Fact]
    public async Task TrySend_TransportIsSlow_CollectsAndSendsTheRestInOneWrite()
    {
        var transport = new GatedWriter();
        var output = new MessageOutput(transport, MprpcSerializerOptions.Default, _ => { });

        for (int i = 0; i < 10; i++)
        {
            Assert.True(output.TrySend(Message(0, i)));
        }

        Task sent = output.WaitUntilSentAsync();
        Assert.Single(transport.Writes);
        Assert.False(sent.IsCompleted);
        transport.Open();
        await sent.WaitAsync(InMemoryConnection.Deadline);

        Assert.Equal(2, transport.Writes.Count);
        Assert.Equal(Hex.Of(Enumerable.Range(1, 9).SelectMany(i => Message(0, i).WrittenMemory.ToArray()).ToArray()), transport.Writes[1]);
    }

    [Fact]
    public async Task SendBatch_OtherSends_IsLeftToItAndDoesNotWait()
    {
        var transport = new GatedWriter();
        var output = new MessageOutput(transport, MprpcSerializerOptions.Default, _ => { });
        output.TrySend(Message(0, 0));

        Assert.False(output.TryHold());
        output.SendBatch(Message(1, 1), isHeld: false);
        Assert.Single(transport.Writes);
        transport.Open();
        await output.WaitUntilSentAsync().WaitAsync(InMemoryConnection.Deadline);

        Assert.Equal(Hex.Of(Message(1, 1).WrittenSpan), transport.Writes[1]);
    }

    [Fact]
    public async Task SendBatch_PeerDoesNotRead_TellsHowMuchOfAnswersIsUnsentUntilItIs()
    {
        var transport = new GatedWriter();
        var running = new RunningCalls(10, total: null, new InFlightRequests(TimeProvider.System));
        var output = new MessageOutput(transport, MprpcSerializerOptions.Default, _ => { }, gate: null, running);

        output.SendBatch(Message(0, 0, padding: 40_000), output.TryHold());
        Assert.InRange(running.Unsent, 40_000, 40_100);
        output.TrySend(Message(0, 1, padding: 300_000));       // a request: the peer cannot be told to ask less
        Assert.InRange(running.Unsent, 40_000, 40_100);
        Assert.False(running.IsFull);
        output.TrySend(Message(0, 2, padding: 250_000), isAnswer: true);
        Assert.InRange(running.Unsent, 290_000, 290_200);
        Assert.True(running.IsFull);
        transport.Open();
        await output.WaitUntilSentAsync().WaitAsync(InMemoryConnection.Deadline);

        Assert.Equal(0, running.Unsent);
        Assert.False(running.IsFull);
    }

    [Fact]
    public async Task WaitForRoomAsync_OthersGoOnSending_CompletesAtTheNextSend()
    {
        var transport = new GatedWriter();
        var output = new MessageOutput(transport, MprpcSerializerOptions.Default, _ => { });
        output.TrySend(Message(0, 0));
        output.TrySend(Message(0, 1, padding: 1024 * 1024));
        Task room = output.WaitForRoomAsync();
        Assert.False(room.IsCompleted);

        using var stop = new CancellationTokenSource();
        Task pushing = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                output.TrySend(Message(1, 0));
            }
        });
        transport.Open();

        await room.WaitAsync(InMemoryConnection.Deadline);
        await stop.CancelAsync();
        await pushing;
    }

    [Fact]
    public async Task FinishAsync_OthersGoOnSending_RefusesThemAndEnds()
    {
        var transport = new GatedWriter();
        var output = new MessageOutput(transport, MprpcSerializerOptions.Default, _ => { });
        output.TrySend(Message(0, 0));

        Task finished = output.FinishAsync();
        Assert.False(output.TrySend(Message(0, 1)));
        Assert.False(finished.IsCompleted);
        transport.Open();
        await finished.WaitAsync(InMemoryConnection.Deadline);

        Assert.Single(transport.Writes);
    }

    [Fact]
    public async Task TrySend_OthersGoOnSending_GivesTheSendingUp()
    {
        // A thread that came with one message of its own is not kept for the others'.
        var transport = new ReentrantWriter();
        var output = new MessageOutput(transport, MprpcSerializerOptions.Default, _ => { });
        using var stop = new CancellationTokenSource();
        transport.OnWrite = () => _ = !stop.IsCancellationRequested && output.TrySend(Message(0, 1));

        await Task.Run(() => output.TrySend(Message(0, 0))).WaitAsync(InMemoryConnection.Deadline);

        int writes = transport.Count;
        await stop.CancelAsync();
        Assert.True(writes >= 16);
    }

    [Fact]
    public async Task IsCongested_MoreThanOneMebibyteWaits_UntilItIsSent()
    {
        var transport = new GatedWriter();
        var output = new MessageOutput(transport, MprpcSerializerOptions.Default, _ => { });
        output.TrySend(Message(0, 0));

        output.TrySend(Message(0, 1, padding: 1024 * 1024));
        Assert.True(output.IsCongested);
        Task sent = output.WaitUntilSentAsync();
        transport.Open();
        await sent.WaitAsync(InMemoryConnection.Deadline);

        Assert.False(output.IsCongested);
    }

    [Fact]
    public async Task TrySend_TransportFails_TellsOnceAndWhoWaitsGoesOnAtClose()
    {
        var failed = new TaskCompletionSource<Exception?>();
        var transport = new GatedWriter();
        var output = new MessageOutput(transport, MprpcSerializerOptions.Default, failed.SetResult);

        output.TrySend(Message(0, 0));
        output.TrySend(Message(0, 1));
        Task sent = output.WaitUntilSentAsync();
        transport.Fail(new IOException("broken"));

        Assert.Equal("broken", (await failed.Task.WaitAsync(InMemoryConnection.Deadline))?.Message);
        output.Close();
        await sent.WaitAsync(InMemoryConnection.Deadline);
        Assert.False(output.TrySend(Message(0, 2)));
        output.SendBatch(Message(0, 3), isHeld: false);
        Assert.True(output.WaitUntilSentAsync().IsCompleted);
        Assert.Single(transport.Writes);
    }

    [Fact]
    public void TrySend_TransportFailsAtOnce_TellsInsteadOfThrowing()
    {
        List<Exception?> failures = [];
        var output = new MessageOutput(new FailingWriter(), MprpcSerializerOptions.Default, failures.Add);

        Assert.True(output.TrySend(Message(0, 0)));

        Assert.IsType<IOException>(Assert.Single(failures));
    }

    [Fact]
    public void TrySend_PeerReadsNoMore_Tells()
    {
        List<Exception?> failures = [];
        var pipe = new Pipe();
        pipe.Reader.Complete();
        var output = new MessageOutput(pipe.Writer, MprpcSerializerOptions.Default, failures.Add);

        output.TrySend(Message(0, 0));

        Assert.Null(Assert.Single(failures));
    }

    private static MprpcWriter Message(int writer, int number, int padding = 0)
    {
        MprpcWriter message = MprpcWriter.Rent(MprpcSerializerOptions.Default);
        message.WriteArrayHeader(3);
        message.Write(writer);
        message.Write(number);
        message.Write(new byte[padding]);
        return message;
    }

    private static async Task<List<(int Writer, int Number)>> ReadAllAsync(PipeReader reader)
    {
        List<(int, int)> messages = [];

        while (true)
        {
            ReadResult read = await reader.ReadAsync();
            byte[] bytes = read.Buffer.ToArray();
            int position = 0;
            var scanner = new FrameScanner(1024 * 1024, 8);

            while (scanner.Scan(bytes.AsSpan(position), out int length) == FrameStatus.Complete)
            {
                var values = new MprpcReader(bytes, position + 1, 3, MprpcSerializerOptions.Default, loop: null);
                Assert.Equal(0x93, bytes[position]);
                messages.Add((values.Read<int>(), values.Read<int>()));
                position += length;
            }

            if (read.IsCompleted)
            {
                Assert.Equal(bytes.Length, position);
                return messages;
            }

            reader.AdvanceTo(read.Buffer.GetPosition(position), read.Buffer.End);
        }
    }

    /// <summary>Keeps each write waiting until it is opened.</summary>
    private sealed class GatedWriter : PipeWriter
    {
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<string> Writes { get; } = [];

        public bool IsOpen { get; init; }

        public void Open() => _gate.SetResult();

        public void Fail(Exception exception) => _gate.SetException(exception);

        public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            Writes.Add(Hex.Of(source.Span));

            if (!IsOpen)
            {
                await _gate.Task;
            }

            return default;
        }

        public override void Advance(int bytes) => throw new NotSupportedException();

        public override Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException();

        public override Span<byte> GetSpan(int sizeHint = 0) => throw new NotSupportedException();

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override void CancelPendingFlush() => throw new NotSupportedException();

        public override void Complete(Exception? exception = null)
        {
        }
    }

    /// <summary>Has something else happen within each write.</summary>
    private sealed class ReentrantWriter : DirectPipeWriter
    {
        private int _count;

        public Action OnWrite { get; set; } = () => { };

        public int Count => Volatile.Read(ref _count);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _count);
            OnWrite();
            return default;
        }
    }

    private sealed class FailingWriter : PipeWriter
    {
        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
            => throw new IOException("broken");

        public override void Advance(int bytes) => throw new NotSupportedException();

        public override Memory<byte> GetMemory(int sizeHint = 0) => throw new NotSupportedException();

        public override Span<byte> GetSpan(int sizeHint = 0) => throw new NotSupportedException();

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override void CancelPendingFlush() => throw new NotSupportedException();

        public override void Complete(Exception? exception = null)
        {
        }
    }
}
