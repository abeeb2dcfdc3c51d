namespace Mprpc.Reliability.Kit;

/// <summary>A thousand messages of all kinds, the same in each run.</summary>
internal static class Conversation
{
    private const int Messages = 1_000;

    public static byte[] Bytes { get; } = [.. Enumerable.Range(0, Messages).SelectMany(Message)];

    /// <summary>How many of them are answered.</summary>
    public static int Requests { get; } = Enumerable.Range(0, Messages).Count(number => number % 10 is not (7 or 8 or 9));

    private static byte[] Message(int number) => (number % 10) switch
    {
        0 or 1 => WireBytes.Request(number, "sum", 0x92, (byte)(number % 100), 0x01),
        2 => WireBytes.Request(
            number, "echo", [0x91, 0x83, 0xa1, 0x61, 0xc3, 0xa1, 0x62, .. Hex.Bytes("cb3ff0000000000000"), 0xa1, 0x63, 0x93, 0x01, 0xc0, 0xd3, .. new byte[8]]),
        3 => WireBytes.Request(number, "echo", [0x91, 0xc5, (byte)(number >> 8), (byte)number, .. new byte[number]]),
        4 => WireBytes.Request(number, "no_such_method", 0x90),
        5 => WireBytes.Request(number, "sum", 0x91, 0x01),
        6 => WireBytes.Request(number, "later", 0x91, (byte)(number % 100)),
        7 => WireBytes.Notification("notify", 0x91, 0x00),
        8 => WireBytes.Notification("no_such_method", 0x92, 0x01, 0xd4, 0x05, 0x00),
        _ => [0x94, 0x01, .. WireBytes.Integer(number), 0xc0, 0x93, 0x01, 0x02, 0x03],       // an answer that nobody waits for
    };
}
