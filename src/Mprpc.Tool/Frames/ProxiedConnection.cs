namespace Mprpc.Tool.Frames;

/// <summary>A client's connection and the one to the server: bytes pass as they are; messages are cut beside.</summary>
/// <param name="client">The side that has connected.</param>
/// <param name="server">The side that was connected to.</param>
/// <param name="number">The connection's number, from 1.</param>
/// <param name="log">Prints the messages.</param>
/// <param name="recording">Keeps them, or null.</param>
internal sealed class ProxiedConnection(ByteConnection client, ByteConnection server, int number, MessageLog log, Recording? recording)
{
    private const int BufferSize = 64 << 10;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] both = [PassAsync(client, server, Side.Client, lost.Token), PassAsync(server, client, Side.Server, lost.Token)];

        // An end in good order lets the other direction go on; a lost connection ends both.
        foreach (Task direction in both)
        {
            _ = direction.ContinueWith(_ => lost.Cancel(), CancellationToken.None, TaskContinuationOptions.NotOnRanToCompletion, TaskScheduler.Default);
        }

        await Task.WhenAll(both);
    }

    private async Task PassAsync(ByteConnection from, ByteConnection to, string side, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferSize];
        var frames = new FrameBuffer();

        while (await from.ReadAsync(buffer, cancellationToken) is > 0 and int count)
        {
            bool wasBroken = frames.IsBroken;

            foreach (ReadOnlyMemory<byte> frame in frames.Add(buffer.AsSpan(0, count)))
            {
                recording?.Write(number, side, frame);
                log.Write(side, frame);
            }

            if (frames.IsBroken && !wasBroken)
            {
                log.WriteBroken(side);
            }

            // Last: an answer must not be shown before its request.
            await to.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        await to.EndSendingAsync();
    }
}
