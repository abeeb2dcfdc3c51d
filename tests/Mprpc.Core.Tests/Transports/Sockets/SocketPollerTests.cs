using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mprpc.Tests.Kit;
using Mprpc.Transports.Sockets;

namespace Mprpc.Core.Tests.Transports.Sockets;

/// <summary>What user code does on the poller's thread stops no other socket, and not its own for ever.</summary>
public sealed partial class SocketPollerTests
{
    [Fact]
    public async Task Sockets_WhoseHandlersBlock_HoldUpNoOther()
    {
        const int Blocking = 6;
        SocketPoller poller = ConnectedPair.OwnPoller();
        using ConnectedPair other = await ConnectedPair.ConnectAsync(poller);
        using var released = new ManualResetEventSlim();
        List<Task> blocked = [];

        for (int i = 0; i < Blocking; i++)
        {
            ConnectedPair pair = await ConnectedPair.ConnectAsync(poller);
            blocked.Add(BlockWhenReadAsync(pair, released));
            await pair.PeerSendsAsync(new byte[] { 1 });
        }

        await EchoAsync(other, rounds: 100).InTime();
        released.Set();

        await Task.WhenAll(blocked).InTime();
        await EchoAsync(other, rounds: 100).InTime();

        static async Task BlockWhenReadAsync(ConnectedPair pair, ManualResetEventSlim released)
        {
            await pair.ReadAsync().ConfigureAwait(false);
            Assert.True(released.Wait(Bounded.Time));
            pair.Dispose();
        }
    }

    [Fact]
    public async Task Handler_ThatWaitsForAnAnswerOnAnotherSocket_GetsIt()
    {
        SocketPoller poller = ConnectedPair.OwnPoller();
        using ConnectedPair first = await ConnectedPair.ConnectAsync(poller);
        using ConnectedPair second = await ConnectedPair.ConnectAsync(poller);

        for (byte i = 0; i < 10; i++)
        {
            Task<byte[]> asking = AskOtherAsync();
            await first.PeerSendsAsync(new byte[] { i });
            await second.PeerSendsAsync(await second.PeerReadsAsync(1).InTime());

            Assert.Equal([i], await asking.InTime());
        }

        async Task<byte[]> AskOtherAsync()
        {
            byte[] question = await first.ReadAsync().ConfigureAwait(false);
            Task<byte[]> answer = second.ReadAsync();
            await second.Transport.Output.WriteAsync(question).ConfigureAwait(false);
            Assert.True(answer.Wait(Bounded.Time));
            return answer.Result;
        }
    }

    [Fact]
    public async Task Handler_ThatHasLostTheLeadAndWaitsForMoreOfItsOwnSocket_GetsIt()
    {
        const int Count = 65 * 1024;        // more than a buffer, and little enough to be sent to somebody who does not read
        SocketPoller poller = ConnectedPair.OwnPoller();
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(poller, AddressFamily.Unix);
        using ConnectedPair other = await ConnectedPair.ConnectAsync(poller);
        using var isQuiet = new ManualResetEventSlim();
        var hasBegun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task handling = HandleAsync();

        await pair.PeerSendsAsync(new byte[1]);
        await hasBegun.Task.InTime();                       // else what follows may be read together with the first byte
        await EchoAsync(other, rounds: 1).InTime();         // by another thread: the first is held up
        await pair.PeerSendsAsync(new byte[Count]).InTime();
        await Bounded.Until(() => pair.Transport.Socket.Available == Count, "that all has arrived");
        await EchoAsync(other, rounds: 10).InTime();        // its events are handled
        isQuiet.Set();

        await handling.InTime();

        async Task HandleAsync()
        {
            await pair.ReadAsync().ConfigureAwait(false);
            hasBegun.SetResult();
            Assert.True(isQuiet.Wait(Bounded.Time));

            // A buffer that it fills: what is left is read by another, for whom this thread waits.
            byte[] begin = pair.ReadAsync().GetAwaiter().GetResult();
            Assert.True(Task.Run(() => pair.ReadAsync(Count - begin.Length)).Wait(Bounded.Time));
        }
    }

    [Fact]
    public async Task Handler_ThatWrites_AndThenWaitsForWhatThereIsToRead_GetsIt()
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(ConnectedPair.OwnPoller());
        PolledSocket socket = await QuietAsync(pair);
        using var wasRead = new ManualResetEventSlim();
        Task reading = ReadAsync();
        Task writing = WriteAsync();

        socket.Note(Epoll.In | Epoll.Out);
        Task handling = Task.Run(socket.HandleEvents);

        await Task.WhenAll(reading, writing, handling).InTime();

        async Task ReadAsync()
        {
            await socket.Readable.WaitAsync().ConfigureAwait(false);
            wasRead.Set();
        }

        async Task WriteAsync()
        {
            await socket.Writable.WaitAsync().ConfigureAwait(false);
            Assert.True(wasRead.Wait(Bounded.Time));
        }
    }

    [Fact]
    public async Task TryHandleLater_OnAThreadThatDoesNotLead_IsRefused()
    {
        SocketPoller poller = ConnectedPair.OwnPoller();
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(poller);
        using Socket socket = pair.Peer;
        PolledSocket polled = PolledSocket.Create(poller, socket);

        bool wasTaken = poller.TryHandleLater(polled, Epoll.In);
        polled.Forget();

        Assert.False(wasTaken);
    }

    [Fact]
    public async Task Events_OfASocketThatHadTheDescriptorBefore_AreNotTheNewOnes()
    {
        SocketPoller poller = ConnectedPair.OwnPoller();

        // As a child process does that is being started, a duplicate keeps the first one known to the system.
        using ConnectedPair first = await ConnectedPair.ConnectAsync(poller);
        using ConnectedPair second = await ConnectedPair.ConnectAsync(isPolled: false);
        int descriptor = (int)first.Transport.Socket.Handle;
        int duplicate = Duplicate(descriptor);
        int original = Duplicate((int)second.Transport.Socket.Handle, descriptor);
        PolledSocket polled = PolledSocket.Create(poller, first.Transport.Socket);

        first.Peer.Dispose();
        using ConnectedPair third = await ConnectedPair.ConnectAsync(poller);
        await EchoAsync(third, rounds: 10).InTime();        // the poller has been round

        Assert.Equal(descriptor, original);
        Assert.False(polled.PeerHasFinished);
        polled.Forget();
        Assert.Equal(0, Close(duplicate));
    }

    [Fact]
    public async Task Peer_ThatFloods_HoldsUpNoOther()
    {
        SocketPoller poller = ConnectedPair.OwnPoller();
        using ConnectedPair flooded = await ConnectedPair.ConnectAsync(poller);
        using ConnectedPair other = await ConnectedPair.ConnectAsync(poller);
        bool isOver = false;
        Task flooding = Task.Run(FloodAsync);
        Task<long> reading = ReadToEndAsync();

        await EchoAsync(other, rounds: 200).InTime();
        Volatile.Write(ref isOver, true);

        await flooding.InTime();
        Assert.True(await reading.InTime() > 0);

        async Task FloodAsync()
        {
            byte[] bytes = new byte[256 * 1024];

            do
            {
                await flooded.PeerSendsAsync(bytes);
            }
            while (!Volatile.Read(ref isOver));

            flooded.Peer.Shutdown(SocketShutdown.Send);
        }

        async Task<long> ReadToEndAsync()
        {
            long count = 0;

            while (await flooded.ReadAsync().ConfigureAwait(false) is { Length: > 0 } read)
            {
                count += read.Length;
            }

            return count;
        }
    }

    [Fact]
    public async Task Sockets_ThatAlwaysHaveMoreToRead_DoNotKeepOthersFromBeingReported()
    {
        SocketPoller poller = ConnectedPair.OwnPoller();
        using ConnectedPair endless = await ConnectedPair.ConnectAsync(isPolled: false);
        using ConnectedPair other = await ConnectedPair.ConnectAsync(poller);
        PolledSocket socket = PolledSocket.Create(poller, endless.Transport.Socket);
        bool isOver = false;
        long rounds = 0;
        Task reading = ReadForEverAsync();

        await endless.PeerSendsAsync(new byte[] { 1 });
        await Bounded.Until(() => Volatile.Read(ref rounds) > 0, "that the endless one has begun");
        await EchoAsync(other, rounds: 20).InTime();
        long roundsMeanwhile = Volatile.Read(ref rounds);
        Volatile.Write(ref isOver, true);
        await reading.InTime();
        socket.Forget();

        Assert.InRange(roundsMeanwhile, 2, long.MaxValue);      // neither waits for the end of the other

        async Task ReadForEverAsync()
        {
            while (!Volatile.Read(ref isOver))
            {
                await socket.Readable.WaitAsync().ConfigureAwait(false);
                Interlocked.Increment(ref rounds);
                socket.ReadLater();
            }
        }
    }

    [Fact]
    [SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "It is awaited right here, by hand.")]
    public async Task Handler_ThatThrows_StopsNoOtherAndLeavesTheLeadWithOneThread()
    {
        SocketPoller poller = ConnectedPair.OwnPoller();
        using ConnectedPair other = await ConnectedPair.ConnectAsync(poller);

        for (int round = 0; round < 20; round++)
        {
            using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled: false);
            PolledSocket socket = PolledSocket.Create(poller, pair.Transport.Socket);
            using var wasHeldUp = new ManualResetEventSlim();
            bool isHeldUp = round % 2 == 0;
            await EchoAsync(other, rounds: 1).InTime();     // so that the socket's first events have been handled

            socket.Readable.WaitAsync().GetAwaiter().UnsafeOnCompleted(() =>
            {
                Assert.True(!isHeldUp || wasHeldUp.Wait(Bounded.Time));
                throw new InvalidOperationException("As a raw continuation may.");
            });
            await pair.PeerSendsAsync(new byte[] { 1 });
            await EchoAsync(other, rounds: 3).InTime();     // by another thread where the first is held up
            wasHeldUp.Set();

            await EchoAsync(other, rounds: 3).InTime();
            Assert.Empty(await pair.PeerReadsAsync(1).InTime());    // its connection ends: nobody knows what was left undone
            socket.Forget();
        }
    }

    [Fact]
    [SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "It is awaited right here, by hand.")]
    public async Task Handler_ThatChangesAmbientState_ChangesItForNoOther()
    {
        SocketPoller poller = ConnectedPair.OwnPoller();
        var ambient = new AsyncLocal<string?>();
        List<string?> seen = [];

        for (int round = 0; round < 10; round++)
        {
            using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled: false);
            PolledSocket socket = PolledSocket.Create(poller, pair.Transport.Socket);
            var handled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

            socket.Readable.WaitAsync().GetAwaiter().UnsafeOnCompleted(() =>
            {
                seen.Add(ambient.Value ?? SynchronizationContext.Current?.ToString());
                ambient.Value = "left";
                SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
                handled.SetResult();
            });
            await pair.PeerSendsAsync(new byte[] { 1 });
            await handled.Task.InTime();
            socket.Forget();
        }

        Assert.All(seen, Assert.Null);
        Assert.Equal(10, seen.Count);
    }

    [Fact]
    public async Task OnFailed_ThatThrows_LetsTheReaderGoOnAllTheSame()
    {
        SocketPoller poller = ConnectedPair.OwnPoller();
        using ConnectedPair other = await ConnectedPair.ConnectAsync(poller);
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled: false);
        var socket = new PolledSocket(poller, pair.Transport.Socket) { OnFailed = () => throw new InvalidOperationException("As a callback may.") };
        socket.Begin();
        Task waiting = socket.Readable.WaitAsync().AsTask();

        pair.PeerResets();

        await waiting.InTime();
        await EchoAsync(other, rounds: 3).InTime();
        socket.Forget();
    }

    [Fact]
    public async Task Begin_AfterForget_ReportsNothingAndLetsTheReaderGoOn()
    {
        SocketPoller poller = ConnectedPair.OwnPoller();
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled: false);
        var socket = new PolledSocket(poller, pair.Transport.Socket);
        Task waiting = socket.Readable.WaitAsync().AsTask();

        socket.Forget();        // as Close does, at the same time as the first read begins
        socket.Begin();

        await waiting.InTime();
        Assert.False(poller.Reports(socket));
    }

    [Fact]
    public async Task FirstRead_BegunUnderASynchronizationContext_DoesNotGoOnThere()
    {
        var context = new CountingContext();
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(ConnectedPair.OwnPoller());
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        Task<byte[]> reading;

        try
        {
            var socket = new PolledSocket(ConnectedPair.OwnPoller(), pair.Peer);
            reading = ReadAsync(new PolledPipeReader(socket));
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        await pair.Transport.Output.WriteAsync(new byte[] { 1 }).InTime();

        Assert.Equal([1], await reading.InTime());
        Assert.Equal(0, context.Posts);

        static async Task<byte[]> ReadAsync(PolledPipeReader reader)
        {
            while (true)
            {
                System.IO.Pipelines.ReadResult read = await reader.ReadAsync().ConfigureAwait(false);
                byte[] bytes = [.. read.Buffer.FirstSpan];
                reader.AdvanceTo(read.Buffer.End);

                if (bytes.Length > 0)
                {
                    return bytes;
                }
            }
        }
    }

    [Fact]
    public async Task Sockets_InGreatNumber_AreAllServed()
    {
        const int Sockets = 300;
        SocketPoller poller = ConnectedPair.OwnPoller();
        ConnectedPair[] pairs = await Task.WhenAll(Enumerable.Range(0, Sockets).Select(_ => ConnectedPair.ConnectAsync(poller))).InTime();

        await Task.WhenAll(pairs.Select(pair => EchoAsync(pair, rounds: 20))).InTime();

        Array.ForEach(pairs, pair => pair.Dispose());
    }

    private static async Task EchoAsync(ConnectedPair pair, int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            Task<byte[]> reading = pair.ReadAsync();
            await pair.PeerSendsAsync(new byte[] { (byte)i });
            await pair.Transport.Output.WriteAsync(await reading);

            Assert.Equal([(byte)i], await pair.PeerReadsAsync(1));
        }
    }

    /// <summary>A second view of a socket, for which nothing is reported any more, and which is ready for nothing.</summary>
    private static async Task<PolledSocket> QuietAsync(ConnectedPair pair)
    {
        SocketPoller poller = ConnectedPair.OwnPoller();
        var polled = PolledSocket.Create(poller, pair.Transport.Socket);
        polled.Forget();
        using ConnectedPair other = await ConnectedPair.ConnectAsync(poller);
        await EchoAsync(other, rounds: 10).InTime();        // the poller has been round
        await polled.Writable.WaitAsync();
        return polled;
    }

    private sealed class CountingContext : SynchronizationContext
    {
        private int _posts;

        public int Posts => Volatile.Read(ref _posts);

        public override void Post(SendOrPostCallback d, object? state)
        {
            Interlocked.Increment(ref _posts);
            base.Post(d, state);
        }
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int descriptor, int number);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
