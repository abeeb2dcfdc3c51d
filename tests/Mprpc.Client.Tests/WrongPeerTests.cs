using System.Text;

namespace Mprpc.Client.Tests;

/// <summary>What a caller is told where the address is that of something else.</summary>
public sealed class WrongPeerTests
{
    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", "the peer sent 48 54 54 50 (HTTP). Is this the port of a MessagePack-RPC peer?")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "the peer sent 53 53 48 2d (SSH). Is this")]
    [InlineData("\x15\x03\x03\0\x02\x02\x28", "the peer sent 15 03 03 00 (a TLS alert). Is this")]
    [InlineData("220 mail.example ESMTP\r\n", "the peer sent 32 32 30 20. Allowed are [0, msgid")]
    [InlineData("-", "the peer sent 2d. Allowed are [0, msgid")]
    public async Task Call_PeerSpeaksAnotherProtocol_SaysWhatCame(string sent, string told)
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url);
        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.ReadAsync();

        await connection.SendAsync(Encoding.Latin1.GetBytes(sent));

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(ScriptedServer.Deadline));
        Assert.Contains(told, exception.Message, StringComparison.Ordinal);
        Assert.IsType<MprpcProtocolException>(exception.InnerException);
    }

    [Fact]
    public async Task Call_BytesInPieces_SaysWhatHadComeByThen()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url);
        Task<int> call = client.CallAsync<int>("sum", 1, 2).AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        string request = await connection.ReadAsync();

        // An answer to nobody, and the beginning of a message that is none.
        await connection.SendAsync("94 01 7f c0");
        await connection.SendAsync("03 92 02");
        await connection.SendAsync("a3 78 79 7a");

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(ScriptedServer.Deadline));
        Assert.Contains("the peer sent 92 02 a3 78.", exception.Message, StringComparison.Ordinal);
        Assert.NotEmpty(request);
    }

    [Fact]
    public async Task Call_AddressThatCannotBeConnectedTo_NamesUrlAndRemedy()
    {
        // The broadcast address: no TCP goes there.
        await using var client = new MprpcClient("tcp://255.255.255.255:6000");

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum").AsTask().WaitAsync(ScriptedServer.Deadline));

        Assert.StartsWith("Cannot connect to tcp://255.255.255.255:6000: ", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("Is a MessagePack-RPC server listening there?", exception.Message, StringComparison.Ordinal);
    }
}
