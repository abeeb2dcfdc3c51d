using MessagePack;

namespace Mprpc.Client.Tests;

/// <summary>Bytes as the specification writes them: hexadecimal, spaces where they help to read.</summary>
internal static class Hex
{
    public static byte[] Bytes(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));

    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    /// <summary>The msgid of a request.</summary>
    public static int IdOf(string request)
    {
        var reader = new MessagePackReader(Bytes(request));
        reader.ReadArrayHeader();
        Assert.Equal(0, reader.ReadInt32());
        return reader.ReadInt32();
    }

    /// <summary>The msgid in its shortest form.</summary>
    public static string Id(int messageId) => Of(MessagePackSerializer.Serialize(messageId));

    /// <summary>The answer <paramref name="body"/> (error and result) to a request.</summary>
    public static string Answer(string request, string body) => $"9401{Id(IdOf(request))}{body}";
}
