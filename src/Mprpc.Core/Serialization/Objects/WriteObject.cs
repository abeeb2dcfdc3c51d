using MessagePack;

namespace Mprpc.Serialization;

/// <summary>Writes a value that is not null.</summary>
internal delegate void WriteObject<T>(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options);
