using System.Buffers;
using MessagePack;

namespace Mprpc.Fuzz.Targets;

/// <summary>
/// Names in the protocol's own space, <c>$/</c>: the input is the rest of the name and the params. Each request is answered, and no method of the service is
/// reached.
/// </summary>
internal sealed class ControlTarget : FuzzTarget
{
    private readonly ServedConnection _server = new(_ => { }, endpoint => endpoint.MapService<GuardedService>());

    protected override void Execute(ReadOnlySpan<byte> input)
    {
        var message = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(message);
        int name = Math.Min(input.Length, 40);
        byte[] method = [(byte)'$', (byte)'/', .. input[..name]];
        writer.WriteArrayHeader(4);
        writer.Write(0);
        writer.Write(7);
        writer.WriteString(method);
        writer.WriteArrayHeader(1);
        writer.Write(input[name..]);
        writer.WriteArrayHeader(3);
        writer.Write(2);
        writer.WriteString(method);
        writer.WriteArrayHeader(0);
        writer.Flush();
        long before = GuardedService.Calls;

        (int answers, List<string> errors) = _server.Serve(message.WrittenSpan);

        Require(GuardedService.Calls == before, $"A method of the service has run.");
        bool isPing = input[..name].SequenceEqual("ping"u8);        // which takes any params
        Require(answers == 1 && errors.Count == (isPing ? 0 : 1), $"{answers} answers, {errors.Count} of them errors.");
        Require(!errors.Exists(error => error.Any(char.IsControl)), $"The error has control characters.");
    }

    protected override long MostAllocated(ReadOnlySpan<byte> input) => (4L * FixedBytes) + (16L * input.Length);
}
