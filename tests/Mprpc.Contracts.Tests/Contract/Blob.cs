namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Bytes whose place can be told from their values.</summary>
internal static class Blob
{
    public static byte[] Of(int size)
    {
        byte[] bytes = new byte[size];
        Fill(bytes, position: 0);
        return bytes;
    }

    public static void Fill(Span<byte> bytes, int position)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)((position + i) % 251);
        }
    }
}
