using System.Text;
using MessagePack;
using Mprpc.Serialization;

namespace Mprpc.Wire;

/// <summary>Reads the entries of a call's metadata, whose limits <see cref="CallEnvelope"/> has looked at.</summary>
internal static class MetadataReader
{
    /// <param name="entries">Keys and values, one after another; the values are not copied.</param>
    public static MprpcMetadata Read(ReadOnlyMemory<byte> entries)
    {
        var metadata = new MprpcMetadata { IsReadOnly = true };

        while (!entries.IsEmpty)
        {
            ReadOnlyMemory<byte> key = Take(ref entries, out _);
            ReadOnlyMemory<byte> value = Take(ref entries, out bool isBinary);
            metadata.AddReceived(Encoding.ASCII.GetString(key.Span), value, isBinary);
        }

        return metadata;
    }

    /// <summary>Whether there is an entry of a key.</summary>
    public static bool Contains(ReadOnlySpan<byte> entries, ReadOnlySpan<byte> key) => TryFind(entries, key, out _);

    /// <summary>The text of a key; null if there is none.</summary>
    public static string? FindText(ReadOnlySpan<byte> entries, ReadOnlySpan<byte> key)
    {
        if (!TryFind(entries, key, out ReadOnlySpan<byte> rest))
        {
            return null;
        }

        MessagePackHead.TryReadBytes(rest, out int head, out int length);
        return Encoding.UTF8.GetString(rest.Slice(head, length));
    }

    /// <param name="entries">Keys and values, one after another.</param>
    /// <param name="key">What to look for.</param>
    /// <param name="rest">The entries from the key's value on.</param>
    private static bool TryFind(ReadOnlySpan<byte> entries, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> rest)
    {
        while (!entries.IsEmpty)
        {
            MessagePackHead.TryReadBytes(entries, out int head, out int length);

            bool isFound = entries.Slice(head, length).SequenceEqual(key);
            entries = entries[(head + length)..];

            if (isFound)
            {
                rest = entries;
                return true;
            }

            entries = entries[MessagePackHead.MeasureValue(entries)..];
        }

        rest = default;
        return false;
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> rest, out bool isBinary)
    {
        byte code = rest.Span[0];
        isBinary = code is MessagePackCode.Bin8 or MessagePackCode.Bin16 or MessagePackCode.Bin32;
        MessagePackHead.TryReadBytes(rest.Span, out int head, out int length);
        ReadOnlyMemory<byte> bytes = rest.Slice(head, length);
        rest = rest[(head + length)..];
        return bytes;
    }
}
