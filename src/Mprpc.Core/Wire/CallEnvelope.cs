using MessagePack;
using Mprpc.Diagnostics;
using Mprpc.Serialization;

namespace Mprpc.Wire;

/// <summary>The params of <c>$/call</c> (docs/protocol.md 10.6): <c>[options, method, params]</c>.</summary>
/// <remarks>For messages that are known to be whole and well-formed.</remarks>
internal ref struct CallEnvelope
{
    private const int Values = 3;

    private ReadOnlySpan<byte> _method;

    /// <summary>How long the caller waits, in milliseconds; negative: it has not said.</summary>
    public long TimeoutMilliseconds { readonly get; private set; }

    /// <summary>Where the entries of the metadata are; empty: there are none.</summary>
    public Range Metadata { readonly get; private set; }

    /// <summary>How much the caller takes of a result that is a stream; null: it takes none.</summary>
    public StreamAllowance? Credit { readonly get; private set; }

    /// <summary>The method that is called.</summary>
    public readonly ReadOnlySpan<byte> Method => _method;

    public bool MethodIsText { readonly get; private set; }

    /// <summary>Where that method's params are.</summary>
    public int ParamsStart { readonly get; private set; }

    /// <summary>Reads the params.</summary>
    /// <returns>Null, or what is wrong with them.</returns>
    public static string? Read(ReadOnlySpan<byte> message, int start, out CallEnvelope envelope)
    {
        envelope = default;
        envelope.TimeoutMilliseconds = -1;

        if (!MessagePackHead.TryReadArray(message[start..], out int size, out long count))
        {
            return "Method '$/call' takes its params as an array: [options, method, params].";
        }

        if (count != Values)
        {
            return $"Method '$/call' takes {Values} params: [options, method, params]; it has {count}.";
        }

        int position = start + size;

        if (envelope.ReadOptions(message, ref position) is { } problem)
        {
            return problem;
        }

        ReadOnlySpan<byte> rest = message[position..];
        envelope.MethodIsText = MessagePackHead.TryReadBytes(rest, out int head, out int length);

        if (envelope.MethodIsText)
        {
            envelope._method = rest.Slice(head, length);
            envelope.ParamsStart = position + head + length;
        }
        else
        {
            envelope.ParamsStart = position + MessagePackHead.MeasureValue(rest);
        }

        return null;
    }

    private string? ReadOptions(ReadOnlySpan<byte> message, ref int position)
    {
        if (message[position] == MessagePackCode.Nil)
        {
            position++;
            return null;
        }

        if (!MessagePackHead.TryReadMap(message[position..], out int size, out long entries))
        {
            return "Param 1 ('options') of method '$/call' must be a map or nil.";
        }

        position += size;

        for (; entries > 0; entries--)
        {
            ReadOnlySpan<byte> key = ReadText(message, ref position);

            if ((key.SequenceEqual("meta"u8) ? ReadMetadata(message, ref position) : ReadOption(key, message, ref position)) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private string? ReadOption(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ref int position)
    {
        ReadOnlySpan<byte> value = message[position..];
        position += MessagePackHead.MeasureValue(value);

        if (key.SequenceEqual("timeout"u8))
        {
            return TryReadTimeout(value) ? null : "Option 'timeout' of method '$/call' must be a number of milliseconds, 0 or more.";
        }

        if (key.SequenceEqual("credit"u8))
        {
            if (!StreamAllowance.TryRead(value, out StreamAllowance credit))
            {
                return "Option 'credit' of method '$/call' must be a number of items, or an array [items or nil, bytes].";
            }

            Credit = credit;
        }

        return null;
    }

    private bool TryReadTimeout(ReadOnlySpan<byte> value)
    {
        // More than int64 is as good as none.
        TimeoutMilliseconds = value[0] == MessagePackCode.UInt64 && value[1] >= 0x80 ? long.MaxValue
            : MessagePackHead.TryReadInteger(value, out long milliseconds, out _) ? milliseconds
            : -1;
        return TimeoutMilliseconds >= 0;
    }

    private string? ReadMetadata(ReadOnlySpan<byte> message, ref int position)
    {
        if (message[position] == MessagePackCode.Nil)
        {
            position++;
            Metadata = default;     // the last one counts
            return null;
        }

        if (!MessagePackHead.TryReadMap(message[position..], out int size, out long entries))
        {
            return "Option 'meta' of method '$/call' must be a map.";
        }

        position += size;

        if (entries > MetadataLimits.MaxEntries)
        {
            return $"Option 'meta' of method '$/call' has {entries} entries; {MetadataLimits.MaxEntries} are allowed.";
        }

        int start = position;
        long bytes = 0;
        long largest = -1;
        ReadOnlySpan<byte> largestKey = default;

        for (; entries > 0; entries--)
        {
            ReadOnlySpan<byte> key = ReadText(message, ref position);

            if (!MetadataLimits.IsKey(key))
            {
                return $"Key '{LogText.Clean(key)}' in option 'meta' of method '$/call' is not allowed: "
                    + $"a key is text of 1 to {MetadataLimits.MaxKeyLength} characters of a-z, 0-9, '.', '_' and '-'.";
            }

            if (!MessagePackHead.TryReadBytes(message[position..], out int head, out int length))
            {
                return $"The value of '{LogText.Clean(key)}' in option 'meta' of method '$/call' must be text or binary.";
            }

            position += head + length;
            bytes += key.Length + length;

            if (key.Length + length > largest)
            {
                largest = key.Length + length;
                largestKey = key;
            }
        }

        if (bytes > MetadataLimits.MaxBytes)
        {
            return $"Option 'meta' of method '$/call' may have {MetadataLimits.MaxBytes:N0} bytes of keys and values; it has {bytes:N0}, "
                + $"most of them in '{LogText.Clean(largestKey)}'.";
        }

        Metadata = start..position;
        return null;
    }

    /// <summary>Reads a key; nothing if it is not text or binary.</summary>
    private static ReadOnlySpan<byte> ReadText(ReadOnlySpan<byte> message, scoped ref int position)
    {
        ReadOnlySpan<byte> rest = message[position..];

        if (!MessagePackHead.TryReadBytes(rest, out int head, out int length))
        {
            position += MessagePackHead.MeasureValue(rest);
            return default;
        }

        position += head + length;
        return rest.Slice(head, length);
    }
}
