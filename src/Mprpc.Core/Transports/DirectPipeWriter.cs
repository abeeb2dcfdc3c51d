using System.Buffers;
using System.IO.Pipelines;

namespace Mprpc.Transports;

/// <summary>Sends what it is given straight from the caller's buffer; what is written into its own goes out with the flush.</summary>
internal abstract class DirectPipeWriter : PipeWriter
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1);

    public abstract override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default);

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        FlushResult result = await WriteAsync(_buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
        _buffer.ResetWrittenCount();
        return result;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => _buffer.GetSpan(sizeHint);

    public override void Advance(int bytes) => _buffer.Advance(bytes);

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }
}
