using System.Buffers;
using MessagePack;

namespace Mprpc.Fuzz.Targets;

/// <summary>
/// Conversations in <c>$/call</c>, <c>$/hello</c>, <c>$/cancel</c> and <c>$/ping</c>, and plain calls between them: the input says which, with which params,
/// well
/// formed or odd. Each request is answered once, by a response that is no more than a peer has to see.
/// </summary>
internal sealed class ExtensionsTarget : FuzzTarget
{
    private const int MostMessages = 100;

    private static readonly string[] s_methods = ["sum", "wait", "late", "hold_on", "context", "nope", "", "$/ping", "$/call"];
    private static readonly string[] s_keys = ["timeout", "meta", "credit", "other", "errors", "size", "calls", "ping", "goaway", "streams", ""];
    private static readonly string[] s_metadata = ["tenant", "traceparent", "Upper", "a b", "", "é", new string('k', 64), new string('k', 65)];

    private readonly ServedConnection _server = new(
        _ => { },
        endpoint => endpoint.MapService<WaitingService>().ConfigureLimits(limits => limits.MaxCallsInFlightPerConnection = 4));

    protected override void Execute(ReadOnlySpan<byte> input)
    {
        var message = new ArrayBufferWriter<byte>();
        var choices = new Choices(input);
        int requests = 0;

        for (int i = 0; i < MostMessages && !choices.AreOver; i++)
        {
            var writer = new MessagePackWriter(message);
            requests += Write(ref writer, ref choices) ? 1 : 0;
            writer.Flush();
        }

        (int answers, List<string> errors) = _server.Serve(message.WrittenSpan);

        Require(answers == requests, $"{requests} requests have {answers} answers.");
        Require(!errors.Exists(error => error.Any(char.IsControl)), $"An error has control characters.");
        Require(!errors.Exists(error => error.Contains("Internal error", StringComparison.Ordinal)), $"Something has thrown: {string.Join("; ", errors)}");
    }

    // Each call may be one that waits, with a task, a timer and an exception of its own.
    protected override long MostAllocated(ReadOnlySpan<byte> input) => (64L * FixedBytes) + (4096L * input.Length);

    /// <returns>Whether it is a request.</returns>
    private static bool Write(ref MessagePackWriter writer, ref Choices choices)
    {
        int kind = choices.Next(8);
        bool isRequest = kind is 0 or 1 or 2 or 3 || choices.Next(2) == 0;
        writer.WriteArrayHeader(isRequest ? 4 : 3);
        writer.Write(isRequest ? 0 : 2);

        if (isRequest)
        {
            writer.Write(choices.Next(8));      // few, so that cancellations meet them
        }

        switch (kind)
        {
            case 0 or 1 or 4:
                writer.Write("$/call");
                WriteCall(ref writer, ref choices);
                break;
            case 2:
                writer.Write("$/hello");
                WriteHello(ref writer, ref choices);
                break;
            case 3:
                writer.Write("$/ping");
                WriteOdd(ref writer, ref choices, 2);
                break;
            case 5 or 6:
                writer.Write(choices.Next(4) == 0 ? "$/cancelRequest" : "$/cancel");
                WriteCancel(ref writer, ref choices);
                break;
            default:
                writer.Write(s_methods[choices.Next(s_methods.Length)]);
                WriteParams(ref writer, ref choices);
                break;
        }

        return isRequest;
    }

    private static void WriteCall(ref MessagePackWriter writer, ref Choices choices)
    {
        if (choices.Next(10) == 0)
        {
            WriteOdd(ref writer, ref choices, 3);
            return;
        }

        writer.WriteArrayHeader(3);
        int options = choices.Next(4);
        writer.WriteMapHeader(options);

        for (int i = 0; i < options; i++)
        {
            string key = s_keys[choices.Next(s_keys.Length)];
            writer.Write(key);

            switch (key)
            {
                case "timeout" when choices.Next(8) > 0:
                    writer.Write(choices.Next(16));
                    break;
                case "meta" when choices.Next(8) > 0:
                    WriteMetadata(ref writer, ref choices);
                    break;
                default:
                    WriteOdd(ref writer, ref choices, 3);
                    break;
            }
        }

        writer.Write(s_methods[choices.Next(s_methods.Length)]);
        WriteParams(ref writer, ref choices);
    }

    private static void WriteMetadata(ref MessagePackWriter writer, ref Choices choices)
    {
        int entries = choices.Next(16) == 0 ? 65 : choices.Next(4);
        writer.WriteMapHeader(entries);

        for (int i = 0; i < entries; i++)
        {
            writer.Write(s_metadata[choices.Next(s_metadata.Length)]);

            if (choices.Next(8) == 0)
            {
                WriteOdd(ref writer, ref choices, 2);
            }
            else
            {
                writer.Write(new byte[choices.Next(8) == 0 ? 8192 : choices.Next(32)]);
            }
        }
    }

    private static void WriteHello(ref MessagePackWriter writer, ref Choices choices)
    {
        if (choices.Next(4) == 0)
        {
            WriteOdd(ref writer, ref choices, 3);
            return;
        }

        writer.WriteArrayHeader(2);
        writer.Write(choices.Next(4));
        int keys = choices.Next(6);
        writer.WriteMapHeader(keys);

        for (int i = 0; i < keys; i++)
        {
            writer.Write(s_keys[choices.Next(s_keys.Length)]);
            WriteOdd(ref writer, ref choices, 2);
        }
    }

    private static void WriteCancel(ref MessagePackWriter writer, ref Choices choices)
    {
        if (choices.Next(8) == 0)
        {
            WriteOdd(ref writer, ref choices, 2);
            return;
        }

        writer.WriteArrayHeader(1);
        writer.Write(choices.Next(8));
    }

    private static void WriteParams(ref MessagePackWriter writer, ref Choices choices)
    {
        if (choices.Next(8) == 0)
        {
            WriteOdd(ref writer, ref choices, 2);
            return;
        }

        int count = choices.Next(3);
        writer.WriteArrayHeader(count);

        for (int i = 0; i < count; i++)
        {
            writer.Write(choices.Next(256));
        }
    }

    private static void WriteOdd(ref MessagePackWriter writer, ref Choices choices, int depth)
    {
        switch (choices.Next(depth > 0 ? 9 : 7))
        {
            case 0:
                writer.WriteNil();
                break;
            case 1:
                writer.Write(choices.Next(2) == 0);
                break;
            case 2:
                writer.Write((sbyte)choices.Next(256));
                break;
            case 3:
                writer.WriteUInt64(ulong.MaxValue - (ulong)choices.Next(256));
                break;
            case 4:
                writer.Write(choices.Next(256) / 3.0);
                break;
            case 5:
                writer.Write("map");
                break;
            case 6:
                writer.Write(new byte[choices.Next(4)]);
                break;
            case 7:
                int items = choices.Next(4);
                writer.WriteArrayHeader(items);

                for (int i = 0; i < items; i++)
                {
                    WriteOdd(ref writer, ref choices, depth - 1);
                }

                break;
            default:
                int entries = choices.Next(3);
                writer.WriteMapHeader(entries);

                for (int i = 0; i < entries * 2; i++)
                {
                    WriteOdd(ref writer, ref choices, depth - 1);
                }

                break;
        }
    }

    /// <summary>What to do next, as the input says; 0 at its end.</summary>
    private ref struct Choices(ReadOnlySpan<byte> input)
    {
        private readonly ReadOnlySpan<byte> _input = input;
        private int _position;

        public readonly bool AreOver => _position >= _input.Length;

        public int Next(int count) => AreOver ? 0 : _input[_position++] % count;
    }
}
