using System.IO.Pipelines;

namespace Mprpc.Transports;

/// <summary>A transport that tells its peer where a batch of whole messages ends.</summary>
internal abstract class BatchPipeWriter : DirectPipeWriter
{
    /// <summary>Sends a piece of a batch.</summary>
    /// <param name="piece">The bytes.</param>
    /// <param name="isLast">Whether the batch ends with it.</param>
    public abstract ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> piece, bool isLast);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        => WriteAsync(source, isLast: true);
}
