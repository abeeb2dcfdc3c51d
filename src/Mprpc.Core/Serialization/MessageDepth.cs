namespace Mprpc.Serialization;

/// <summary>How deep values nest that are about to be sent, as the receiver's scanner will count it (docs/protocol.md 1.2).</summary>
internal static class MessageDepth
{
    /// <summary>What <see cref="Measure"/> returns if the bytes are not exactly so many whole values.</summary>
    public const int NotWhole = -1;

    private const int UsualDepth = 64;

    /// <summary>Counts the levels of arrays and maps; 0 if there are none. In time linear in the number of values: bodies are skipped.</summary>
    /// <param name="bytes">The values, one after another.</param>
    /// <param name="count">How many values they must be.</param>
    public static int Measure(ReadOnlySpan<byte> bytes, int count)
    {
        Span<uint> outer = stackalloc uint[UsualDepth];     // for each open array or map but the innermost: how many values are still to come in it
        ReadOnlySpan<byte> sizes = MessagePackHead.FixedSize;
        uint left = (uint)count;
        long position = 0;
        int depth = 0;
        int deepest = 0;

        while (left != 0)
        {
            if (position >= bytes.Length)
            {
                return NotWhole;
            }

            byte code = bytes[(int)position];
            int size = sizes[code];
            long values = 0;
            left--;

            if (size != 0)
            {
                position += size;
            }
            else if (code < 0xa0)
            {
                position++;
                values = code < 0x90 ? (code & 0x0f) * 2 : code & 0x0f;
            }
            else
            {
                int head = MessagePackHead.Read(bytes[(int)position..], out long body, out values);

                if (head == 0)
                {
                    return NotWhole;
                }

                position += head + body;
            }

            // Each value takes a byte at least.
            if (values > bytes.Length - position)
            {
                return NotWhole;
            }

            // An empty array or map opens nothing: the receiver's scanner does not count it.
            if (values != 0)
            {
                if (depth == outer.Length)
                {
                    outer = Grow(outer);
                }

                outer[depth++] = left;
                left = (uint)values;
                deepest = Math.Max(deepest, depth);
            }

            while (left == 0 && depth != 0)
            {
                left = outer[--depth];
            }
        }

        return position == bytes.Length ? deepest : NotWhole;
    }

    private static uint[] Grow(ReadOnlySpan<uint> outer)
    {
        var larger = new uint[outer.Length * 4];
        outer.CopyTo(larger);
        return larger;
    }
}
