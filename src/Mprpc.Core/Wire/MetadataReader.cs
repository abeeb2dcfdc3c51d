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
    public static bool Contains(ReadOnlySpan<byte> entries, ReadOnlySpan<byte> key)
    {
        while (!entries.IsEmpty)
        {
            MessagePackHead.TryReadBytes(entries, out int head, out int length);

            if (entries.Slice(head, length).SequenceEqual(key))
            {
                return true;
            }

            entries = entries[(head + length)..];
            entries = entries[MessagePackHead.MeasureValue(entries)..];
        }

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
