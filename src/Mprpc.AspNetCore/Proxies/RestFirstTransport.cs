using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;

namespace Mprpc.AspNetCore.Proxies;

/// <summary>A transport of which more was read than was wanted: that comes first.</summary>
/// <param name="transport">What comes behind it.</param>
/// <param name="rest">What was read.</param>
internal sealed class RestFirstTransport(IDuplexPipe transport, byte[] rest) : IDuplexPipe
{
    public PipeReader Input { get; } = new Reader(transport.Input, rest);

    public PipeWriter Output => transport.Output;

    /// <remarks>For the read loop, which consumes all that a read has brought.</remarks>
    private sealed class Reader(PipeReader reader, byte[]? rest) : PipeReader
    {
        private byte[]? _rest = rest;
        private bool _isReadingRest;

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            if (_rest is null)
            {
                return reader.ReadAsync(cancellationToken);
            }

            _isReadingRest = true;
            return ValueTask.FromResult(new ReadResult(new ReadOnlySequence<byte>(_rest), isCanceled: false, isCompleted: false));
        }

        public override bool TryRead(out ReadResult result)
        {
            Debug.Assert(_rest is null, "The read loop waits first.");
            return reader.TryRead(out result);
        }

        public override void AdvanceTo(SequencePosition consumed)
        {
            if (!_isReadingRest)
            {
                reader.AdvanceTo(consumed);
                return;
            }

            _rest = null;
            _isReadingRest = false;
        }

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => AdvanceTo(consumed);

        public override void CancelPendingRead() => reader.CancelPendingRead();

        public override void Complete(Exception? exception = null) => reader.Complete(exception);
    }
}
