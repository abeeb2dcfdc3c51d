namespace Mprpc.Framing;

/// <summary>What the first byte of a MessagePack value says of the value, for all bytes that say it without others.</summary>
internal static class ValueSizes
{
    private const int ChildrenShift = 8;

    private static readonly ushort[] Table = Fill();

    /// <summary>How many bytes the value has, not counting those inside it, and how many values are inside; 0 where more bytes have to be read to know.</summary>
    public static int Of(byte code) => Table[code];

    public static int Size(int entry) => entry & byte.MaxValue;

    public static int Children(int entry) => entry >> ChildrenShift;

    private static ushort[] Fill()
    {
        var table = new ushort[byte.MaxValue + 1];

        for (int code = 0; code < table.Length; code++)
        {
            (int size, int children) = code switch
            {
                < 0x80 or >= 0xe0 => (1, 0),                        // fixint
                < 0x90 => (1, (code & 0x0f) * 2),                   // fixmap
                < 0xa0 => (1, code & 0x0f),                         // fixarray
                < 0xc0 => (1 + (code & 0x1f), 0),                   // fixstr
                0xc0 or 0xc2 or 0xc3 => (1, 0),                     // nil, false, true
                0xca => (5, 0),                                     // float32
                0xcb => (9, 0),                                     // float64
                0xcc or 0xd0 => (2, 0),                             // integers by width
                0xcd or 0xd1 => (3, 0),
                0xce or 0xd2 => (5, 0),
                0xcf or 0xd3 => (9, 0),
                >= 0xd4 and <= 0xd8 => (2 + (1 << (code - 0xd4)), 0), // fixext
                _ => (0, 0),                                        // lengths of their own, and 0xc1
            };

            table[code] = (ushort)(size | (children << ChildrenShift));
        }

        return table;
    }
}
