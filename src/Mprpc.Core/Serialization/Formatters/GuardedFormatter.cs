using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.Serialization;

/// <summary>Counts the levels of a type that can contain itself while it is written.</summary>
internal sealed class GuardedFormatter<T>(IMessagePackFormatter<T> inner) : IMessagePackFormatter<T>
{
    public void Serialize(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options)
    {
        Nesting.Enter(typeof(T));

        try
        {
            inner.Serialize(ref writer, value, options);
        }
        finally
        {
            Nesting.Leave();
        }
    }

    public T Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => inner.Deserialize(ref reader, options);
}
