namespace Files;

/// <summary>Tells how far a stream of bytes has come.</summary>
public static class Progress
{
    /// <summary>Passes the pieces on, and writes a line for each tenth of them.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> OfAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> pieces, string noun, long size)
    {
        long done = 0;
        long told = 0;

        await foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            yield return piece;
            done += piece.Length;

            if (done * 10 / size > told)
            {
                told = done * 10 / size;
                Console.WriteLine($"{noun} {told * 10} %");
            }
        }
    }
}
