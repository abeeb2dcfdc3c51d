using Mprpc.CompilerServices;
using Mprpc.Wire;

namespace Mprpc.Benchmarks.Samples;

/// <summary>Whole messages, written as the client writes them.</summary>
internal static class SampleMessages
{
    /// <summary>As many as a busy connection's read brings.</summary>
    public const int Batch = 64;

    public static readonly Point Point = new(3, 4, "a corner");

    public static byte[] Sum => Request("sum", 1, 2);

    public static byte[] SumAtOnce => Request("sum_at_once", 1, 2);

    public static byte[] Mirror => Request("mirror", Point);

    public static byte[] Request(string method, params ReadOnlySpan<object?> arguments)
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default, RequestWriter.HeadRoom);
        RequestWriter.WriteMethodAndArguments(writer, method, arguments);
        RequestWriter.PrependRequestHead(writer, messageId: 1000);
        byte[] message = writer.WrittenMemory.ToArray();
        MprpcWriter.Return(writer);
        return message;
    }

    public static byte[] Repeat(byte[] message, int times) => [.. Enumerable.Repeat(message, times).SelectMany(bytes => bytes)];
}
