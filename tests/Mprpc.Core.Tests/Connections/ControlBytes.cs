using System.Buffers;
using System.Text;
using MessagePack;

namespace Mprpc.Core.Tests.Connections;

/// <summary>The protocol's own messages in hexadecimal, and answers as texts.</summary>
internal static class ControlBytes
{
    /// <param name="id">The msgid.</param>
    /// <param name="method">Any name of less than 32 bytes.</param>
    /// <param name="parameters">In hexadecimal, its array's head included.</param>
    public static string Request(int id, string method, string parameters = "90") => $"9400{Number(id)}{Text(method)}{parameters}";

    public static string Notification(string method, string parameters = "90") => $"9302{Text(method)}{parameters}";

    public static string Call(int id, string options, string method, string parameters = "90")
        => Request(id, "$/call", $"93{options}{Text(method)}{parameters}");

    public static string CallNotification(string options, string method, string parameters = "90")
        => Notification("$/call", $"93{options}{Text(method)}{parameters}");

    public static string Timeout(int milliseconds) => $"81{Text("timeout")}{Number(milliseconds)}";

    public static string Cancel(int id) => Notification("$/cancel", $"91{Number(id)}");

    public static string Hello(int id = 0, string offer = "80") => Request(id, "$/hello", $"9201{offer}");

    public static string Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return (bytes.Length < 32 ? $"{0xa0 + bytes.Length:x2}" : $"da{bytes.Length:x4}") + Convert.ToHexStringLower(bytes);
    }

    public static string Number(int value) => value < 128 ? $"{value:x2}" : $"ce{value:x8}";

    /// <summary>The msgid of an answer, and its error as text: null if it has none.</summary>
    public static (long Id, string? Error) Read(string answer)
    {
        var reader = new MessagePackReader(new ReadOnlySequence<byte>(Hex.Bytes(answer)));
        Assert.Equal(4, reader.ReadArrayHeader());
        Assert.Equal(1, reader.ReadInt32());
        long id = reader.ReadInt64();

        if (reader.TryReadNil())
        {
            return (id, null);
        }

        string? error = reader.NextMessagePackType == MessagePackType.String
            ? reader.ReadString()
            : MessagePackSerializer.ConvertToJson(reader.ReadRaw(), cancellationToken: TestContext.Current.CancellationToken);
        return (id, error);
    }

    public static async Task<(long Id, string? Error)> ReadAnswerAsync(this InMemoryConnection peer) => Read(await peer.ReadAsync());

    /// <summary>Reads the credit that a method gives which begins to read a stream; and nothing else has been sent.</summary>
    public static async Task AssertNothingButCreditAsync(this InMemoryConnection peer)
    {
        Assert.Equal("9302a8242f63726564697493ff40cd4000", await peer.ReadAsync());
        await peer.AssertNothingElseAsync();
    }

    /// <summary>Proves that nothing has been sent besides what was read, and that the connection is open.</summary>
    public static async Task AssertNothingElseAsync(this InMemoryConnection peer)
    {
        await peer.SendAsync(Request(0x7e, "$/ping"));

        Assert.Equal("94017ec0c0", await peer.ReadAsync());
    }
}
