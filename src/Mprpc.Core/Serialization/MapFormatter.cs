using System.Diagnostics.CodeAnalysis;
using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Serialization;

/// <summary>Reads and writes a class of keys and values as a map.</summary>
internal abstract class MapFormatter<TKey, TValue, TDictionary> : IMessagePackFormatter<TDictionary?>
    where TKey : notnull
    where TDictionary : class, IEnumerable<KeyValuePair<TKey, TValue>>
{
    // What a map's head says is no reason to reserve more: the scanner has seen the bytes, which may be a few.
    private const int MaxReserved = 1024;

    public void Serialize(ref MessagePackWriter writer, TDictionary? value, MessagePackSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        IMessagePackFormatter<TKey> keys = options.Resolver.GetFormatterWithVerify<TKey>();
        IMessagePackFormatter<TValue> values = options.Resolver.GetFormatterWithVerify<TValue>();

        // Counted as they are written: a concurrent dictionary may change meanwhile.
        using var aside = new WritingAside(ref writer, typeof(TDictionary));
        MessagePackWriter items = aside.Writer;
        int count = 0;

        foreach ((TKey key, TValue item) in value)
        {
            keys.Serialize(ref items, key, options);
            values.Serialize(ref items, item, options);
            count++;
        }

        items.Flush();
        writer.WriteMapHeader(count);
        writer.WriteRaw(aside.Written);
    }

    public TDictionary? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        IMessagePackFormatter<TKey> keys = options.Resolver.GetFormatterWithVerify<TKey>();
        IMessagePackFormatter<TValue> values = options.Resolver.GetFormatterWithVerify<TValue>();
        int count = reader.ReadMapHeader();
        var items = new List<KeyValuePair<TKey, TValue>>(Math.Min(count, MaxReserved));
        options.Security.DepthStep(ref reader);

        try
        {
            for (int i = 0; i < count; i++)
            {
                TKey key = keys.Deserialize(ref reader, options);
                items.Add(new KeyValuePair<TKey, TValue>(key, values.Deserialize(ref reader, options)));
            }
        }
        finally
        {
            reader.Depth--;
        }

        return Create(items, options);
    }

    /// <summary>Makes the object.</summary>
    /// <exception cref="ArgumentException">A key is there twice.</exception>
    protected abstract TDictionary Create(List<KeyValuePair<TKey, TValue>> items, MessagePackSerializerOptions options);
}
