using System.Buffers;
using MessagePack;

namespace Mprpc.Fuzz.Targets;

/// <summary>
/// Conversations in streams: calls with credit and with numbers of streams, <c>$/item</c>, <c>$/credit</c>, <c>$/end</c>, <c>$/cancel</c>, well formed or odd.
/// Each request is answered once, unless the peer sends more than it has credit for; and of no stream anything is left.
/// </summary>
internal sealed class StreamsTarget : FuzzTarget
{
    private const int MostMessages = 100;

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);
    private static readonly string[] s_methods = ["count", "pipe", "total", "first", "unread", "wait", "sum", "nope"];
    private static readonly string[] s_notifications = ["$/item", "$/item", "$/credit", "$/end", "$/cancel"];

    private readonly ServedConnection _server = new(
        _ => { },
        endpoint => endpoint.MapService<StreamingService>().ConfigureLimits(limits => limits.MaxCallsInFlightPerConnection = 4))
    {
        Streams = true,
    };

    protected override void Execute(ReadOnlySpan<byte> input)
    {
        var message = new ArrayBufferWriter<byte>();
        int position = 0;
        int requests = 0;
        ReadOnlySpan<byte> bytes = input;

        for (int i = 0; i < MostMessages && position < input.Length; i++)
        {
            var writer = new MessagePackWriter(message);
            requests += Write(ref writer, bytes, ref position) ? 1 : 0;
            writer.Flush();
        }

        (int answers, List<string> errors) = _server.Serve(message.WrittenSpan);

        Require(answers == requests || (_server.WasRefused && answers < requests), $"{requests} requests have {answers} answers.");
        Require(!errors.Exists(error => error.Any(char.IsControl)), $"An error has control characters.");
        Require(!errors.Exists(error => error.Contains("Internal error", StringComparison.Ordinal)), $"Something has thrown: {string.Join("; ", errors)}");
        Require(SpinWait.SpinUntil(() => _server.StreamBytes == 0, s_longest), $"{_server.StreamBytes} bytes of streams are left.");
    }

    protected override long MostAllocated(ReadOnlySpan<byte> input) => (64L * FixedBytes) + (8192L * input.Length);

    private static int Next(ReadOnlySpan<byte> input, ref int position, int count) => position < input.Length ? input[position++] % count : 0;

    /// <returns>Whether it is a request.</returns>
    private static bool Write(ref MessagePackWriter writer, ReadOnlySpan<byte> input, ref int position)
    {
        int kind = Next(input, ref position, 8);

        if (kind >= 3)
        {
            writer.WriteArrayHeader(3);
            writer.Write(2);
            WriteNotification(ref writer, input, ref position);
            return false;
        }

        writer.WriteArrayHeader(4);
        writer.Write(0);
        writer.Write(Next(input, ref position, 8));

        if (kind == 0)
        {
            writer.Write("$/hello");
            writer.WriteArrayHeader(2);
            writer.Write(1);
            writer.WriteMapHeader(0);
            return true;
        }

        if (kind == 1)
        {
            writer.Write("$/call");
            writer.WriteArrayHeader(3);
            writer.WriteMapHeader(1);
            writer.Write("credit");
            WriteAllowance(ref writer, input, ref position);
        }

        string method = s_methods[Next(input, ref position, s_methods.Length)];
        writer.Write(method);
        int count = method is "first" or "sum" ? 2 : method is "wait" ? 0 : 1;
        writer.WriteArrayHeader(count);

        for (int i = 0; i < count; i++)
        {
            WriteArgument(ref writer, input, ref position);
        }

        return true;
    }

    private static void WriteNotification(ref MessagePackWriter writer, ReadOnlySpan<byte> input, ref int position)
    {
        string name = s_notifications[Next(input, ref position, s_notifications.Length)];
        writer.Write(name);

        if (Next(input, ref position, 16) == 0)
        {
            WriteArgument(ref writer, input, ref position);
            return;
        }

        int values = name switch { "$/item" => 2, "$/credit" => 2 + Next(input, ref position, 2), "$/end" => 1 + Next(input, ref position, 2), _ => 1 };
        writer.WriteArrayHeader(values);
        writer.Write(Next(input, ref position, 16) - 8);

        for (int i = 1; i < values; i++)
        {
            if (name == "$/item" && Next(input, ref position, 8) > 0)
            {
                WriteItems(ref writer, input, ref position);
            }
            else
            {
                WriteArgument(ref writer, input, ref position);
            }
        }
    }

    private static void WriteItems(ref MessagePackWriter writer, ReadOnlySpan<byte> input, ref int position)
    {
        int count = Next(input, ref position, 24);
        writer.WriteArrayHeader(count);

        for (int i = 0; i < count; i++)
        {
            writer.Write(i);
        }
    }

    private static void WriteAllowance(ref MessagePackWriter writer, ReadOnlySpan<byte> input, ref int position)
    {
        if (Next(input, ref position, 2) == 0)
        {
            WriteArgument(ref writer, input, ref position);
            return;
        }

        writer.WriteArrayHeader(2);
        WriteArgument(ref writer, input, ref position);
        writer.Write(Next(input, ref position, 256));
    }

    private static void WriteArgument(ref MessagePackWriter writer, ReadOnlySpan<byte> input, ref int position)
    {
        switch (Next(input, ref position, 10))
        {
            case 0 or 1 or 2:
                writer.Write(Next(input, ref position, 16) - 8);
                break;
            case 3:
                writer.Write(Next(input, ref position, 256));
                break;
            case 4:
                writer.WriteNil();
                break;
            case 5:
                writer.WriteUInt64(ulong.MaxValue - (ulong)Next(input, ref position, 4));
                break;
            case 6:
                writer.Write("text");
                break;
            case 7:
                writer.Write(new byte[Next(input, ref position, 256) * 16]);
                break;
            case 8:
                writer.Write(long.MinValue);
                break;
            default:
                WriteItems(ref writer, input, ref position);
                break;
        }
    }
}
