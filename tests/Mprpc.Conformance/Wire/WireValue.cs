using System.Text;

namespace Mprpc.Conformance.Wire;

/// <summary>One MessagePack value with the bytes that it was read from.</summary>
public sealed record WireValue(WireKind Kind, byte[] Encoded, byte[] Payload, Int128 Number, IReadOnlyList<WireValue> Items)
{
    /// <summary>The payload as UTF-8; for reports only, since what is no UTF-8 is replaced.</summary>
    public string Text => Encoding.UTF8.GetString(Payload);

    /// <summary>
    /// Whether both mean the same to a caller: integers by number, str and bin by payload, arrays and maps by their items, all else byte by byte.
    /// </summary>
    public bool Means(WireValue other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Kind switch
        {
            WireKind.Number => other.Kind == WireKind.Number && Number == other.Number,
            WireKind.Text or WireKind.Bytes => other.Kind is WireKind.Text or WireKind.Bytes && Payload.AsSpan().SequenceEqual(other.Payload),
            WireKind.Array or WireKind.Map => other.Kind == Kind && Items.Count == other.Items.Count
                && Items.Zip(other.Items).All(pair => pair.First.Means(pair.Second)),
            _ => Encoded.AsSpan().SequenceEqual(other.Encoded),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => Hex.Print(Encoded);
}
