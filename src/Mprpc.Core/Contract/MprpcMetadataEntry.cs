using System.Text;

namespace Mprpc;

/// <summary>An entry of a call's metadata.</summary>
public readonly struct MprpcMetadataEntry
{
    internal MprpcMetadataEntry(string key, ReadOnlyMemory<byte> value, bool isBinary)
    {
        Key = key;
        ValueBytes = value;
        IsBinary = isBinary;
    }

    /// <summary>The key: 1 to 64 characters of <c>a-z</c>, <c>0-9</c>, <c>.</c>, <c>_</c> and <c>-</c>.</summary>
    public string Key { get; }

    /// <summary>The value as text; of a binary value its bytes read as UTF-8.</summary>
    public string Value => Encoding.UTF8.GetString(ValueBytes.Span);

    /// <summary>The value's bytes; of text its UTF-8.</summary>
    public ReadOnlyMemory<byte> ValueBytes { get; }

    /// <summary>Whether the value was sent as binary, not as text.</summary>
    public bool IsBinary { get; }

    /// <summary>The key and how many bytes the value has; not the value, which may be a credential.</summary>
    public override string ToString() => $"{Key} ({ValueBytes.Length} bytes)";
}
