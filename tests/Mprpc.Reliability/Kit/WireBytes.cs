using System.Buffers.Binary;
using System.Text;
using Mprpc.Wire;

namespace Mprpc.Reliability.Kit;

/// <summary>Messages as bytes.</summary>
internal static class WireBytes
{
    public static byte[] Request(int messageId, string method, params byte[] parameters) => [0x94, 0x00, .. Integer(messageId), .. Text(method), .. parameters];

    public static byte[] Notification(string method, params byte[] parameters) => [0x93, 0x02, .. Text(method), .. parameters];

    public static byte[] Integer(int value)
    {
        if (value is >= 0 and < 128)
        {
            return [(byte)value];
        }

        byte[] bytes = [0xce, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), value);
        return bytes;
    }

    public static byte[] Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return utf8.Length < 32 ? [(byte)(0xa0 | utf8.Length), .. utf8] : [0xd9, (byte)utf8.Length, .. utf8];
    }

    public static byte[] Repeat(byte[] message, int count)
    {
        byte[] all = new byte[message.Length * count];

        for (int i = 0; i < count; i++)
        {
            message.CopyTo(all, i * message.Length);
        }

        return all;
    }

    /// <summary>Cuts bytes into whole messages.</summary>
    /// <returns>The messages in hexadecimal, in order of their bytes: answers come in any order.</returns>
    public static List<string> Sorted(ReadOnlySpan<byte> bytes)
    {
        var scanner = new FrameScanner(int.MaxValue, 1000);
        List<string> messages = [];

        while (!bytes.IsEmpty)
        {
            Assert.Equal(FrameStatus.Complete, scanner.Scan(bytes, out int length));
            messages.Add(Hex.Text(bytes[..length]));
            bytes = bytes[length..];
        }

        messages.Sort(StringComparer.Ordinal);
        return messages;
    }
}
