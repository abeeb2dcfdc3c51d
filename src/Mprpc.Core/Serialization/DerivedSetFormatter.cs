using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Serialization;

/// <summary>Reads a class that derives from <see cref="HashSet{T}"/> as the plain one is read: into a set whose keys a peer cannot make collide.</summary>
internal sealed class DerivedSetFormatter<T, TSet> : IMessagePackFormatter<TSet?>
    where TSet : HashSet<T>, new()
{
    public void Serialize(ref MessagePackWriter writer, TSet? value, MessagePackSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        IMessagePackFormatter<T> formatter = options.Resolver.GetFormatterWithVerify<T>();
        writer.WriteArrayHeader(value.Count);

        foreach (T item in value)
        {
            formatter.Serialize(ref writer, item, options);
        }
    }

    public TSet? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        IMessagePackFormatter<T> formatter = options.Resolver.GetFormatterWithVerify<T>();
        int count = reader.ReadArrayHeader();
        var set = new TSet();
        CollectionComparer.Set(set, options.Security.GetEqualityComparer<T>());
        options.Security.DepthStep(ref reader);

        try
        {
            for (int i = 0; i < count; i++)
            {
                set.Add(formatter.Deserialize(ref reader, options));
            }
        }
        finally
        {
            reader.Depth--;
        }

        return set;
    }
}
