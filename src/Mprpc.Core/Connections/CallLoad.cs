namespace Mprpc.Connections;

/// <summary>A number of calls and a number of bytes in one word, so that both change in one step.</summary>
internal static class CallLoad
{
    private const int BytesBits = 42;       // 4 TiB; above them room for two million calls

    /// <summary>As many calls as can be counted.</summary>
    public const int MaxCalls = (1 << (63 - BytesBits)) - 1;

    public static long Of(int calls, long bytes) => ((long)calls << BytesBits) + bytes;

    public static int Calls(long load) => (int)(load >> BytesBits);

    public static long Bytes(long load) => load & ((1L << BytesBits) - 1);
}
