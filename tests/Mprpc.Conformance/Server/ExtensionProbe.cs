using System.Net.Sockets;
using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>Asks a server whether it knows the extensions under <c>$/</c>: else the X cases say nothing of it.</summary>
internal static class ExtensionProbe
{
    private static readonly TimeSpan s_answerWithin = TimeSpan.FromSeconds(2);

    /// <summary>Whether it answers <c>$/hello</c> with a result. One that answers with an error, closes or is silent does not.</summary>
    public static async Task<bool> IsSpokenAsync(Uri endpoint)
    {
        byte[] hello = Hex.Parse("94 00 00 HELLO 92 01 80");

        try
        {
            using WireSocket socket = await WireSocket.ConnectAsync(endpoint, CancellationToken.None);
            await socket.SendAsync(hello, [hello.Length], CancellationToken.None);
            return await socket.ReadAsync(s_answerWithin) is { Items: [_, _, { Kind: WireKind.Nil }, _] };
        }
        catch (Exception e) when (e is TimeoutException or SocketException or FormatException)
        {
            return false;
        }
    }
}
