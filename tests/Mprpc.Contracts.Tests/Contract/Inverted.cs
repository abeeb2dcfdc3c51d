namespace Mprpc.Contracts.Tests.Contract;

/// <summary>The bytes of another stream, each inverted.</summary>
internal sealed class Inverted(Stream bytes) : ReadOnlyStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await bytes.ReadAsync(buffer, cancellationToken);

        for (int i = 0; i < read; i++)
        {
            buffer.Span[i] ^= 0xFF;
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        bytes.Dispose();
        base.Dispose(disposing);
    }
}
