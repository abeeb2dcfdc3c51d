using MessagePack;
using MessagePack.Resolvers;
using Mprpc.CompilerServices;

namespace Mprpc.SourceGenerator.Tests.Support;

/// <summary>Values in bytes: as generated code has them, and as MessagePack's serializer has them without it.</summary>
internal static class WireBytes
{
    public static byte[] Write<T>(T value, MprpcSerializerOptions? options = null)
    {
        MprpcWriter writer = MprpcWriter.Rent(options ?? MprpcSerializerOptions.Default);
        writer.Write(value);
        byte[] bytes = writer.WrittenSpan.ToArray();
        MprpcWriter.Return(writer);
        return bytes;
    }

    public static T Read<T>(byte[] bytes)
    {
        // Another value behind it: what reads too far is seen.
        ReadOnlyMemory<byte> message = (byte[])[.. bytes, 0x2A];
        MprpcReader reader = Reader(message, count: 2);
        T value = reader.Read<T>();
        Assert.False(reader.Failed, $"Read as {typeof(T)}: {reader.Expected} {reader.Exception}");
        Assert.Equal(42, reader.Read<int>());
        Assert.Equal(0, reader.Remaining);
        return value;
    }

    /// <summary>What the reader says that should have stood there.</summary>
    public static string Refusal<T>(byte[] bytes)
    {
        ReadOnlyMemory<byte> message = (byte[])[.. bytes, 0x2A];
        MprpcReader reader = Reader(message, count: 2);
        T value = reader.Read<T>();
        Assert.True(reader.Failed);
        Assert.Equal(default, value);
        Assert.Equal(0, reader.FailedIndex);
        Assert.Equal(0, reader.Read<int>());
        Assert.False(reader.End());
        return reader.Expected;
    }

    public static byte[] ByReflection<T>(T value) => MessagePackSerializer.Serialize(value, ContractlessStandardResolver.Options);

    public static byte[] Map(params (string Key, object? Value)[] items)
    {
        var writer = new System.Buffers.ArrayBufferWriter<byte>();
        var map = new MessagePackWriter(writer);
        map.WriteMapHeader(items.Length);

        foreach ((string key, object? value) in items)
        {
            map.Write(key);
            MessagePackSerializer.Serialize(ref map, value, ContractlessStandardResolver.Options);
        }

        map.Flush();
        return writer.WrittenSpan.ToArray();
    }

    private static MprpcReader Reader(in ReadOnlyMemory<byte> message, int count) => new(message, 0, count, MprpcSerializerOptions.Default, loop: null);
}
