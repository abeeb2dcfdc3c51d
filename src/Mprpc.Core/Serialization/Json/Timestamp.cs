using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Mprpc.Serialization.Json;

/// <summary>MessagePack's timestamp, extension type -1: seconds and nanoseconds since 1970, in 4, 8 or 12 bytes.</summary>
internal static partial class Timestamp
{
    public const sbyte ExtensionType = -1;

    private const long FirstSecond = -62135596800;      // 0001-01-01
    private const long LastSecond = 253402300799;       // 9999-12-31T23:59:59
    private const uint NanosecondsOfASecond = 1_000_000_000;
    private const int SecondsBits = 34;

    /// <summary>The time as ISO 8601 in UTC, if <see cref="Encode"/> makes the same bytes of it.</summary>
    public static bool TryFormat(ReadOnlySpan<byte> body, out string text)
    {
        text = "";

        if (!TryDecode(body, out long seconds, out uint nanoseconds) || seconds is < FirstSecond or > LastSecond || nanoseconds >= NanosecondsOfASecond)
        {
            return false;
        }

        string fraction = nanoseconds == 0 ? "" : "." + nanoseconds.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        text = DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + fraction + "Z";
        return body.SequenceEqual(Encode(seconds, nanoseconds));
    }

    /// <summary>The bytes of a time in ISO 8601, to the nanosecond. Without an offset it is in UTC.</summary>
    public static byte[] Parse(string text)
        => TryParse(text) ?? throw new ValueException($"'{text}' is not a time. Write it as 2026-11-28T05:38:55.123456789Z, or with an offset as +01:00.");

    public static byte[]? TryParse(string text)
    {
        Match parts = Iso().Match(text);

        return parts.Success
            && DateTimeOffset.TryParse(
                parts.Groups["time"].Value + parts.Groups["offset"].Value,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out DateTimeOffset time)
            ? Encode(time.ToUnixTimeSeconds(), uint.Parse(parts.Groups["fraction"].Value.PadRight(9, '0'), CultureInfo.InvariantCulture))
            : null;
    }

    private static bool TryDecode(ReadOnlySpan<byte> body, out long seconds, out uint nanoseconds)
    {
        (seconds, nanoseconds) = (0, 0);

        switch (body.Length)
        {
            case 4:
                seconds = BinaryPrimitives.ReadUInt32BigEndian(body);
                return true;
            case 8:
                ulong both = BinaryPrimitives.ReadUInt64BigEndian(body);
                (seconds, nanoseconds) = ((long)(both & ((1UL << SecondsBits) - 1)), (uint)(both >> SecondsBits));
                return true;
            case 12:
                (nanoseconds, seconds) = (BinaryPrimitives.ReadUInt32BigEndian(body), BinaryPrimitives.ReadInt64BigEndian(body[4..]));
                return true;
            default:
                return false;
        }
    }

    private static byte[] Encode(long seconds, uint nanoseconds)
    {
        byte[] body;

        if (seconds >> SecondsBits != 0)
        {
            body = new byte[12];
            BinaryPrimitives.WriteUInt32BigEndian(body, nanoseconds);
            BinaryPrimitives.WriteInt64BigEndian(body.AsSpan(4), seconds);
        }
        else if (nanoseconds != 0 || seconds > uint.MaxValue)
        {
            body = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(body, ((ulong)nanoseconds << SecondsBits) | (ulong)seconds);
        }
        else
        {
            body = new byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(body, (uint)seconds);
        }

        return body;
    }

    [GeneratedRegex(@"^(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?<fraction>\d{1,9}))?(?<offset>Z|[+-]\d\d:\d\d)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Iso();
}
