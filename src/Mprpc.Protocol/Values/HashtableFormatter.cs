using System.Collections;
using MessagePack;
using MessagePack.Formatters;

namespace Mprpc;

/// <summary>Reads a <see cref="Hashtable"/> with keys that a peer cannot make collide.</summary>
internal sealed class HashtableFormatter : IMessagePackFormatter<Hashtable?>
{
    private static readonly NonGenericDictionaryFormatter<Hashtable> Standard = new();

    public void Serialize(ref MessagePackWriter writer, Hashtable? value, MessagePackSerializerOptions options) => Standard.Serialize(ref writer, value, options);

    public Hashtable? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
        => NonGenericInterfaceDictionaryFormatter.Instance.Deserialize(ref reader, options) is { } items ? new Hashtable(items, options.Security.GetEqualityComparer()) : null;
}
