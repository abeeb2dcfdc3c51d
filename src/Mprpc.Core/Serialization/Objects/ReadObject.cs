using MessagePack;

namespace Mprpc.Serialization;

/// <summary>Reads a value that is not nil.</summary>
internal delegate T ReadObject<out T>(ref MessagePackReader reader, MessagePackSerializerOptions options);
