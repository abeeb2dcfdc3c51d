using System.Buffers;
using System.Runtime.CompilerServices;

namespace Mprpc;

/// <summary>Bytes as a stream of calls, and such a stream as bytes.</summary>
internal static class StreamBytes
{
    private const int Piece = 64 * 1024;

    /// <summary>Reads a stream to its end, in pieces. Each is good until the next is asked for.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> Read(Stream bytes, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        byte[] piece = ArrayPool<byte>.Shared.Rent(Piece);

        try
        {
            while (await bytes.ReadAsync(piece.AsMemory(0, Piece), cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                yield return piece.AsMemory(0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
