using System.Text;

namespace Mprpc.Serialization;

/// <summary>
/// How many bytes may be written: objects without a cycle, but shared, make any number of them. Equal if it says the same, since limits that reload are
/// compared.
/// </summary>
internal sealed record SendLimit
{
    // Sixteen times what a message may have by default.
    public const int DefaultBytesOfValue = 64 * 1024 * 1024;

    private readonly string? _option;
    private readonly string? _remedy;

    private SendLimit(int bytes, string? option, string? remedy)
    {
        Bytes = bytes;
        _option = option;
        _remedy = remedy;
    }

    /// <summary>The bound of a value that a filter, or a fake server, encodes.</summary>
    public static SendLimit OfArgument { get; } = OfValue(DefaultBytesOfValue, "Use a smaller value.");

    public int Bytes { get; }

    /// <summary>The bound of a request or notification.</summary>
    /// <param name="bytes">The most that a message may have.</param>
    /// <param name="optionsName">The public type whose option sets it.</param>
    public static SendLimit OfMessage(int bytes, string optionsName) => new(bytes, $"{optionsName}.MaxSendMessageSize", remedy: null);

    /// <summary>The bound of a value that belongs to no message yet.</summary>
    public static SendLimit OfValue(int bytes, string remedy) => new(bytes, option: null, remedy);

    /// <summary>What is wrong with what is larger.</summary>
    /// <param name="written">What is written: of a message first its method.</param>
    /// <param name="size">How many bytes it has at least.</param>
    /// <param name="unended">The sequence that was being written; null: none.</param>
    public string Describe(ReadOnlySpan<byte> written, long size, Type? unended = null) => (_option is null
        ? $"The value has at least {size:N0} bytes; {Bytes:N0} are allowed here. {_remedy}"
        : $"{NameOf(written)} has at least {size:N0} bytes; {Bytes:N0} may be sent. Nothing was sent. "
            + $"Send the value in parts, or raise {_option}, and what the peer accepts.")
        + DescribeUnended(unended);

    /// <summary>A further sentence for a message that was stopped within a sequence.</summary>
    /// <param name="unended">Which; null: none.</param>
    public static string DescribeUnended(Type? unended)
        => unended is null ? string.Empty : $" Writing stopped while {TypeName.Of(unended)} was enumerated: a sequence in the value may have no end.";

    private static string NameOf(ReadOnlySpan<byte> written)
        => !written.IsEmpty && MessagePackHead.TryReadBytes(written, out int head, out int length) && head + (long)length <= written.Length
            ? $"The message for method '{Encoding.UTF8.GetString(written.Slice(head, length))}'"
            : "The message";
}
