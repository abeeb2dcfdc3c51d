using System.IO.Pipelines;
using System.Net.Sockets;
using Mprpc.Tests.Kit;

namespace Mprpc.Core.Tests.Transports.Sockets;

/// <summary>A socket as the bytes of a connection: with the poller, and with .NET's own asynchronous sockets.</summary>
public sealed class SocketTransportTests
{
    // More than the buffers of both sides hold.
    private const int Much = 16 * 1024 * 1024;

    [Theory]
    [InlineData(true, AddressFamily.InterNetwork)]
    [InlineData(true, AddressFamily.InterNetworkV6)]
    [InlineData(true, AddressFamily.Unix)]
    [InlineData(false, AddressFamily.InterNetwork)]
    [InlineData(false, AddressFamily.InterNetworkV6)]
    [InlineData(false, AddressFamily.Unix)]
    public async Task Bytes_InEitherDirection_Arrive(bool isPolled, AddressFamily family)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled, family);

        for (byte i = 0; i < 100; i++)
        {
            await pair.PeerSendsAsync(new byte[] { i, 1, 2 }).InTime();
            byte[] read = await pair.ReadAsync(3).InTime();
            await pair.Transport.Output.WriteAsync(read).InTime();

            Assert.Equal([i, 1, 2], await pair.PeerReadsAsync(3).InTime());
        }
    }

    [Theory]
    [InlineData(true, AddressFamily.InterNetwork)]
    [InlineData(true, AddressFamily.Unix)]
    [InlineData(false, AddressFamily.InterNetwork)]
    [InlineData(false, AddressFamily.Unix)]
    public async Task Read_OfMoreThanABuffer_BringsAllInOrder(bool isPolled, AddressFamily family)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled, family);
        byte[] sent = RandomBytes(Much);

        Task sending = pair.PeerSendsAsync(sent);
        byte[] read = await pair.ReadAsync(sent.Length).InTime();

        Assert.True(sent.AsSpan().SequenceEqual(read));
        await sending.InTime();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_OfExactlyABufferAndNoMore_WaitsForWhatComesNext(bool isPolled)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled);
        byte[] sent = RandomBytes(64 * 1024);
        await pair.PeerSendsAsync(sent).InTime();
        byte[] read = await pair.ReadAsync(sent.Length).InTime();

        Task<byte[]> next = pair.ReadAsync();
        await pair.PeerSendsAsync(new byte[] { 7 }).InTime();

        Assert.True(sent.AsSpan().SequenceEqual(read));
        Assert.Equal([7], await next.InTime());
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Read_OfBytesAroundUrgentData_BringsThemAll(bool isPolled, bool onPollersThread)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled);
        Assert.Equal(0, await FirstReadAsync(pair));

        // The system ends a read before the urgent byte, however much is behind it.
        await pair.PeerSendsAsync(new byte[] { 1, 2 });
        Assert.Equal(1, pair.Peer.Send([9], SocketFlags.OutOfBand));
        await pair.PeerSendsAsync(new byte[] { 3, 4 });
        await Bounded.Until(() => pair.Transport.Socket.Available >= 2, "that all has arrived");     // what is behind the urgent byte is not told
        Task<byte[]> reading = onPollersThread ? pair.ReadAsync(4) : Task.Run(() => pair.ReadAsync(4));

        Assert.Equal([1, 2, 3, 4], await reading.InTime());

        // So that there is no read left that waits for the first bytes.
        static async Task<int> FirstReadAsync(ConnectedPair pair)
        {
            await pair.PeerSendsAsync(new byte[] { 0 });
            return (await pair.ReadAsync(1).InTime())[0];
        }
    }

    [Theory]
    [InlineData(true, AddressFamily.InterNetwork)]
    [InlineData(true, AddressFamily.Unix)]
    [InlineData(false, AddressFamily.InterNetwork)]
    [InlineData(false, AddressFamily.Unix)]
    public async Task CancelPendingRead_WhileAReadHasNotBeenCounted_LosesNothingThatHasCome(bool isPolled, AddressFamily family)
    {
        const int Count = 96 * 1024;

        for (int round = 0; round < 100; round++)
        {
            using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled, family);
            pair.Transport.Socket.ReceiveBufferSize = 4 * Count;
            Task sending = pair.PeerSendsAsync(new byte[Count]);
            await Bounded.Until(() => pair.Transport.Socket.Available == Count, "that all has arrived");

            // At the same time.
            using var start = new Barrier(2);
            Task<int> reading = Task.Run(() => ReadToEndAsync(pair, start));
            await Task.Run(() =>
            {
                start.SignalAndWait();
                Thread.SpinWait(round * 20);
                pair.Transport.Input.CancelPendingRead();
            }).InTime();

            Assert.Equal(Count, await reading.InTime());
            await sending.InTime();
        }

        static async Task<int> ReadToEndAsync(ConnectedPair pair, Barrier start)
        {
            start.SignalAndWait();
            int count = 0;

            while (true)
            {
                ReadResult read = await pair.Transport.Input.ReadAsync();
                count += (int)read.Buffer.Length;
                pair.Transport.Input.AdvanceTo(read.Buffer.End);

                if (read.IsCanceled || read.IsCompleted)
                {
                    return count;
                }
            }
        }
    }

    [Theory]
    [InlineData(true, AddressFamily.InterNetwork)]
    [InlineData(true, AddressFamily.Unix)]
    [InlineData(false, AddressFamily.InterNetwork)]
    [InlineData(false, AddressFamily.Unix)]
    public async Task Read_OfBytesFollowedByFin_BringsTheBytesThenTheEnd(bool isPolled, AddressFamily family)
    {
        for (int round = 0; round < 200; round++)
        {
            using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled, family);

            // At times while the reader waits already, at times before it does; it goes on on other threads than the poller's.
            Task<byte[]> early = round % 2 == 0 ? Task.Run(() => pair.ReadAsync(4)) : Task.FromResult<byte[]>([]);
            await pair.PeerSendsAsync(new byte[] { 1, 2, 3 });
            pair.Peer.Shutdown(SocketShutdown.Send);
            byte[] read = await early.InTime();

            if (read.Length == 0)
            {
                read = await Task.Run(() => pair.ReadAsync(4)).InTime();
            }

            Assert.Equal([1, 2, 3], read);
            Assert.Empty(await pair.ReadAsync().InTime());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_AfterThePeersFin_StillArrives(bool isPolled)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled);
        pair.Peer.Shutdown(SocketShutdown.Send);
        byte[] end = await pair.ReadAsync().InTime();

        await pair.Transport.Output.WriteAsync(new byte[] { 5 }).InTime();

        Assert.Empty(end);
        Assert.Equal([5], await pair.PeerReadsAsync(1).InTime());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_WhenThePeerResets_Fails(bool isPolled)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled);
        Task<byte[]> reading = pair.ReadAsync();

        pair.PeerResets();

        var exception = await Assert.ThrowsAsync<SocketException>(() => reading.InTime());
        Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_WhileTheTransportIsClosed_Ends(bool isPolled)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled);
        Task<byte[]> reading = pair.ReadAsync();

        pair.Transport.Close();

        // It is over, whichever way.
        await Task.WhenAny(reading).InTime();
        Assert.True(reading.IsFaulted || (await reading).Length == 0);
        Assert.Empty(await pair.PeerReadsAsync(1).InTime());
    }

    [Theory]
    [InlineData(true, AddressFamily.InterNetwork)]
    [InlineData(true, AddressFamily.Unix)]
    [InlineData(false, AddressFamily.InterNetwork)]
    [InlineData(false, AddressFamily.Unix)]
    public async Task CancelPendingRead_WhileOneWaits_EndsIt(bool isPolled, AddressFamily family)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled, family);
        Task<byte[]> reading = pair.ReadAsync();

        pair.Transport.Input.CancelPendingRead();

        Assert.Empty(await reading.InTime());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CancelPendingRead_AfterThePeerHasSent_LeavesThatToBeReadFirst(bool isPolled)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled);
        await pair.PeerSendsAsync(new byte[] { 1, 2, 3 });
        await Bounded.Until(() => pair.Transport.Socket.Available == 3, "that the bytes arrive");

        pair.Transport.Input.CancelPendingRead();

        Assert.Equal([1, 2, 3], await pair.ReadAsync(3).InTime());
    }

    [Theory]
    [InlineData(true, AddressFamily.InterNetwork)]
    [InlineData(true, AddressFamily.Unix)]
    [InlineData(false, AddressFamily.InterNetwork)]
    [InlineData(false, AddressFamily.Unix)]
    public async Task Write_OfMoreThanFits_WaitsUntilThePeerReads(bool isPolled, AddressFamily family)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled, family);
        byte[] sent = RandomBytes(Much);

        Task<FlushResult> writing = pair.Transport.Output.WriteAsync(sent).AsTask();
        bool wasWaiting = !writing.IsCompleted;
        byte[] read = await pair.PeerReadsAsync(sent.Length).InTime();
        await writing.InTime();

        Assert.True(wasWaiting);
        Assert.True(sent.AsSpan().SequenceEqual(read));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_WhileTheTransportIsClosed_Fails(bool isPolled)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled);
        Task<FlushResult> writing = pair.Transport.Output.WriteAsync(new byte[Much]).AsTask();

        pair.Transport.Close();

        await Assert.ThrowsAnyAsync<Exception>(() => writing.WaitAsync(Bounded.Time));
        Assert.True(writing.IsFaulted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_WhileThePeerResets_Fails(bool isPolled)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled);
        Task<FlushResult> writing = pair.Transport.Output.WriteAsync(new byte[Much]).AsTask();

        pair.PeerResets();

        await Assert.ThrowsAsync<SocketException>(() => writing.InTime());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Flush_OfWhatWasWrittenIntoTheWritersOwnMemory_SendsItOnce(bool isPolled)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled);
        PipeWriter output = pair.Transport.Output;

        for (byte i = 0; i < 3; i++)
        {
            output.GetSpan(2)[0] = i;
            output.Advance(1);
            await output.FlushAsync().InTime();
        }

        Assert.Equal([0, 1, 2], await pair.PeerReadsAsync(3).InTime());
        Assert.Equal(0, pair.Peer.Available);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bytes_InBothDirectionsAtOnce_ArriveInOrder(bool isPolled)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled);
        byte[] there = RandomBytes(Much);
        byte[] back = RandomBytes(Much);

        Task sending = pair.PeerSendsAsync(there);
        Task<byte[]> peerReads = pair.PeerReadsAsync(back.Length);
        Task writing = pair.Transport.Output.WriteAsync(back).AsTask();
        byte[] read = await pair.ReadAsync(there.Length).InTime();
        byte[] readByPeer = await peerReads.InTime();
        await Task.WhenAll(sending, writing).InTime();

        Assert.True(there.AsSpan().SequenceEqual(read));
        Assert.True(back.AsSpan().SequenceEqual(readByPeer));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Close_SeveralTimesAtOnce_DoesNoHarm(bool isPolled)
    {
        using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(pair.Transport.Close))).InTime();

        Assert.Empty(await pair.PeerReadsAsync(1).InTime());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sockets_OpenedUsedAndClosedAtOnce_AllGetWhatIsTheirs(bool isPolled)
    {
        const int Workers = 8;
        const int Rounds = 50;

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => UseAsync((byte)worker)))).InTime();

        async Task UseAsync(byte worker)
        {
            for (int round = 0; round < Rounds; round++)
            {
                using ConnectedPair pair = await ConnectedPair.ConnectAsync(isPolled);
                await pair.PeerSendsAsync(new byte[] { worker, (byte)round });

                Assert.Equal([worker, (byte)round], await pair.ReadAsync(2));

                // Left at times while something waits.
                _ = round % 2 == 0 ? pair.ReadAsync() : Task.CompletedTask;
            }
        }
    }

    private static byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
