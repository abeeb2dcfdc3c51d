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

    /// <summary>Whether it is the request by which a client asks for the extensions.</summary>
    public static bool IsHello(string message) => message.StartsWith("9400", StringComparison.Ordinal) && message.Contains("a7242f68656c6c6f",
        StringComparison.Ordinal);

    /// <summary>The answer of a server that has no such method.</summary>
    public static string Refusal(string request) => Answer(request, "a26e6fc0");

    /// <summary>The answer <paramref name="body"/> (error and result) to a request.</summary>
    public static string Answer(string request, string body) => $"9401{Id(IdOf(request))}{body}";
}
