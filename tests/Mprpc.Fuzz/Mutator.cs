namespace Mprpc.Fuzz;

/// <summary>Makes inputs from seeds; the same ones for the same number.</summary>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds)
{
    private const int MostChanges = 8;
    private const int MaxLength = 4096;

    private static readonly byte[][] s_tokens =
    [
        [0x94, 0x00], [0x93, 0x02], [0x94, 0x01], [0xc1], [0xc0], [0xc4, 0xff], [0xc6, 0x7f, 0xff, 0xff, 0xff], [0xdd, 0xff, 0xff, 0xff, 0xff],
        [0xdf, 0xff, 0xff, 0xff, 0xff],
        [0xdc, 0xff, 0xff], [0xde, 0xff, 0xff], [0xdb, 0x00, 0x00, 0x00, 0x01], [0xc9, 0xff, 0xff, 0xff, 0xff, 0x00], [0xd6, 0xff], [0xd7, 0xff],
        [0xc7, 0x0c, 0xff],
        [0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0], [0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0],
        [0xca, 0x7f, 0xc0, 0, 0], [0x91], [0x81], [0xa1], [0x90],
    ];

    public static IReadOnlyList<byte[]> LoadSeeds()
        => [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "corpus")).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    public byte[] Make(int number)
    {
        var random = new Random(number);

        // One in sixteen is not like any message.
        List<byte> bytes = random.Next(16) == 0 ? [.. Noise(random)] : [.. seeds[random.Next(seeds.Count)]];

        for (int changes = random.Next(MostChanges) + 1; changes > 0; changes--)
        {
            Change(bytes, random);
        }

        return bytes.Count > MaxLength ? [.. bytes.Take(MaxLength)] : [.. bytes];
    }

    private static byte[] Noise(Random random)
    {
        byte[] noise = new byte[random.Next(200)];
        random.NextBytes(noise);
        return noise;
    }

    private void Change(List<byte> bytes, Random random)
    {
        int at = random.Next(bytes.Count + 1);
        int length = Math.Min(random.Next(1, 9), bytes.Count - at);

        switch (random.Next(8))
        {
            case 0 when length > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when length > 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 when length > 0:
                bytes[at] += (byte)random.Next(-4, 5);
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 5:
                bytes.InsertRange(at, seeds[random.Next(seeds.Count)]);
                break;
            case 6:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                bytes.InsertRange(at, s_tokens[random.Next(s_tokens.Length)]);
                break;
        }
    }
}
