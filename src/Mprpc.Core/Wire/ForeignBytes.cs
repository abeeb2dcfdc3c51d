using System.Globalization;

namespace Mprpc.Wire;

/// <summary>Says what a peer has sent that is no MessagePack-RPC message: it may speak another protocol, as where the port is wrong.</summary>
internal static class ForeignBytes
{
    private const int MaxShown = 4;    // enough to know it by, too little to hold a secret

    /// <summary>Why what came breaks the protocol.</summary>
    /// <param name="received">What there is from the beginning of the message on.</param>
    public static MprpcProtocolException Refuse(ReadOnlySpan<byte> received)
    {
        byte[] shown = received[..Math.Min(MaxShown, received.Length)].ToArray();
        string bytes = string.Join(' ', shown.Select(value => value.ToString("x2", CultureInfo.InvariantCulture)));
        string known = Recognise(received) is { } protocol ? $" ({protocol}). Is this the port of a MessagePack-RPC peer?" : ".";
        return new MprpcProtocolException(
            $"The received bytes are not a MessagePack-RPC message: the peer sent {bytes}{known} "
            + "Allowed are [0, msgid, method, params], [1, msgid, error, result] and [2, method, params], msgid an integer of 32 bits.");
    }

    private static string? Recognise(ReadOnlySpan<byte> received) => received switch
    {
        // RFC 9113: a server's first frame is SETTINGS of stream 0; a client's preface is PRI.
        [0, 0, _, 4, 0 or 1, 0, 0, 0, 0, ..] => "HTTP/2",
        [(byte)'P', (byte)'R', (byte)'I', (byte)' ', ..] => "HTTP/2",
        [(byte)'H', (byte)'T', (byte)'T', (byte)'P', ..] => "HTTP",
        [(byte)'S', (byte)'S', (byte)'H', (byte)'-', ..] => "SSH",

        // RFC 8446 5.1: type and version of a record.
        [0x16, 3, ..] => "a TLS handshake",
        [0x15, 3, ..] => "a TLS alert",
        _ => IsHttpRequest(received) ? "HTTP" : null,
    };

    private static bool IsHttpRequest(ReadOnlySpan<byte> received)
        => received.StartsWith("GET "u8) || received.StartsWith("POST"u8) || received.StartsWith("PUT "u8) || received.StartsWith("HEAD"u8)
            || received.StartsWith("DELE"u8) || received.StartsWith("OPTI"u8) || received.StartsWith("PATC"u8) || received.StartsWith("CONN"u8);
}
