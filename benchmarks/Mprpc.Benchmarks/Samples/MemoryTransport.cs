using System.IO.Pipelines;

namespace Mprpc.Benchmarks.Samples;

/// <summary>Two pipes in memory, whose readers run on the thread that writes: what is measured is the connection, not the scheduler.</summary>
internal sealed class MemoryTransport : IDuplexPipe
{
    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, useSynchronizationContext: false);

    private readonly Pipe _toServer = new(Inline);
    private readonly Pipe _toClient = new(Inline);

    public PipeReader Input => _toServer.Reader;

    public PipeWriter Output => _toClient.Writer;

    /// <summary>Has bytes served, and takes what is answered.</summary>
    /// <returns>How many bytes were answered.</returns>
    public async ValueTask<long> ExchangeAsync(ReadOnlyMemory<byte> requests)
    {
        await _toServer.Writer.WriteAsync(requests);
        ReadResult answers = await _toClient.Reader.ReadAsync();
        long length = answers.Buffer.Length;
        _toClient.Reader.AdvanceTo(answers.Buffer.End);
        return length;
    }
}
