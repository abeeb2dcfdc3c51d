using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Mprpc;

/// <summary>What travels with a call besides its arguments: text or bytes by key, such as a tenant or a trace.</summary>
/// <remarks>
/// <para>
/// At most 64 entries with 8,192 bytes of keys and values together. A key has 1 to 64 characters of <c>a-z</c>, <c>0-9</c>, <c>.</c>, <c>_</c> and <c>-</c>.
/// Only peers that know the protocol's extensions take metadata: a call that has some and goes to another peer fails before it is sent.
/// </para>
/// <para>Not safe for concurrent changes. Metadata that is given to calls must not be changed while they are sent; any number of calls may share it.</para>
/// </remarks>
/// <example><code>new MprpcMetadata { ["tenant"] = "x" }</code></example>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "gRPC has made the word known for what this is.")]
public sealed class MprpcMetadata : IReadOnlyCollection<MprpcMetadataEntry>
{
    private readonly List<MprpcMetadataEntry> _entries = [];
    private int _bytes;

    /// <summary>No metadata; it cannot be changed.</summary>
    internal static MprpcMetadata Empty { get; } = new() { IsReadOnly = true };

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <summary>How many bytes the keys and the values have.</summary>
    internal int Size => _bytes;

    /// <summary>The option of a call that it is on the wire, kept for further calls; null until one was sent.</summary>
    internal byte[]? Encoded { get; set; }

    /// <summary>Whether it came with a call, and cannot be changed.</summary>
    internal bool IsReadOnly { get; init; }

    /// <summary>Whether the call is made without it where the peer does not take it: the application has not set it.</summary>
    internal bool IsOptional { get; init; }

    /// <summary>The same without the trace that was added, for peers that take less; null: none was.</summary>
    internal MprpcMetadata? Untraced { get; private init; }

    /// <summary>The streams of the one call that this is told of; null: it has none.</summary>
    internal ICallStreams? Streams { get; private init; }

    /// <summary>The value of a key as text; an entry that is there is replaced.</summary>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    /// <exception cref="ArgumentException">The key is not allowed, or there would be more than may be sent.</exception>
    /// <exception cref="InvalidOperationException">The metadata came with a call, and cannot be changed.</exception>
    public string this[string key]
    {
        get => GetString(key) ?? throw new KeyNotFoundException($"The metadata has no key '{key}'. Use GetString for one that may be absent.");
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Set(key, Encoding.UTF8.GetBytes(value), isBinary: false);
        }
    }

    /// <summary>Sets the value of a key to bytes; an entry that is there is replaced.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes, which are not copied.</param>
    /// <inheritdoc cref="this" path="/exception[contains(@cref, 'ArgumentException') or contains(@cref, 'InvalidOperation')]"/>
    public void SetBytes(string key, ReadOnlyMemory<byte> value) => Set(key, value, isBinary: true);

    /// <summary>The value of a key as text; null if there is none. Of a binary value its bytes are read as UTF-8.</summary>
    public string? GetString(string key) => Find(key) is >= 0 and var index ? _entries[index].Value : null;

    /// <summary>The bytes of a key's value, of text its UTF-8; null if there is none.</summary>
    // The default, not null, which would become an array's empty memory.
    public ReadOnlyMemory<byte>? GetBytes(string key) => Find(key) is >= 0 and var index ? _entries[index].ValueBytes : default(ReadOnlyMemory<byte>?);

    /// <summary>Whether there is a value for the key.</summary>
    public bool ContainsKey(string key) => Find(key) >= 0;

    /// <inheritdoc/>
    public IEnumerator<MprpcMetadataEntry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The keys, not the values: these may be credentials.</summary>
    public override string ToString() => string.Join(", ", _entries);

    /// <summary>The same with the entries of a trace, as far as there is room; what the caller has set stays.</summary>
    /// <param name="trace">Its first entry says which trace it is.</param>
    internal MprpcMetadata WithTrace(MprpcMetadata trace)
    {
        if (trace._entries.Count == 0 || Find(trace._entries[0].Key) >= 0)
        {
            return this;        // the caller's own trace
        }

        var traced = new MprpcMetadata { IsReadOnly = true, IsOptional = IsOptional, Untraced = this };
        traced._entries.AddRange(_entries);
        traced._bytes = _bytes;

        foreach (MprpcMetadataEntry entry in trace._entries)
        {
            if (Find(entry.Key) < 0 && traced.HasRoomFor(entry.Key, entry.ValueBytes.Length))
            {
                traced.AddReceived(entry.Key, entry.ValueBytes, entry.IsBinary);
            }
        }

        return traced;
    }

    /// <summary>The same for one call that has streams.</summary>
    internal static MprpcMetadata With(MprpcMetadata? metadata, ICallStreams streams)
    {
        var told = new MprpcMetadata
        {
            IsReadOnly = true,
            IsOptional = metadata?.IsOptional ?? true,
            Encoded = metadata?.Encoded,
            Untraced = metadata?.Untraced,
            Streams = streams,
        };
        told._entries.AddRange(metadata?._entries ?? []);
        told._bytes = metadata?._bytes ?? 0;
        return told;
    }

    /// <summary>Adds an entry as a peer sent it, whose limits have been looked at.</summary>
    internal void AddReceived(string key, ReadOnlyMemory<byte> value, bool isBinary)
    {
        _entries.Add(new MprpcMetadataEntry(key, value, isBinary));
        Encoded = null;
        _bytes += key.Length + value.Length;
    }

    /// <summary>Whether an entry may be added whose key is not there yet.</summary>
    internal bool HasRoomFor(string key, int valueBytes)
        => _entries.Count < MetadataLimits.MaxEntries && _bytes + key.Length + valueBytes <= MetadataLimits.MaxBytes;

    private int Find(string key)
    {
        ArgumentNullException.ThrowIfNull(key);

        for (int i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Key == key)
            {
                return i;
            }
        }

        return -1;
    }

    private void Set(string key, ReadOnlyMemory<byte> value, bool isBinary)
    {
        if (IsReadOnly)
        {
            throw new InvalidOperationException("The metadata came with a call and cannot be changed. Make a new MprpcMetadata for the calls that you make.");
        }

        int index = Find(key);

        if (!MetadataLimits.IsKey(key))
        {
            throw new ArgumentException(
                $"The key '{key}' is not allowed: a key has 1 to {MetadataLimits.MaxKeyLength} characters of a-z, 0-9, '.', '_' and '-'.", nameof(key));
        }

        int bytes = _bytes + value.Length + (index >= 0 ? -_entries[index].ValueBytes.Length : key.Length);

        if (bytes > MetadataLimits.MaxBytes)
        {
            throw new ArgumentException(
                $"With '{key}' the metadata would have {bytes:N0} bytes of keys and values; {MetadataLimits.MaxBytes:N0} are allowed.", nameof(value));
        }

        var entry = new MprpcMetadataEntry(key, value, isBinary);

        if (index >= 0)
        {
            _entries[index] = entry;
        }
        else if (_entries.Count == MetadataLimits.MaxEntries)
        {
            throw new ArgumentException($"The metadata has {MetadataLimits.MaxEntries} entries, which is as many as are allowed.", nameof(key));
        }
        else
        {
            _entries.Add(entry);
        }

        Encoded = null;
        _bytes = bytes;
    }
}
