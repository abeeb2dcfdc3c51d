using System.Buffers;
using MessagePack;
using Mprpc.Serialization.Json;
using Mprpc.Tool.Frames;

namespace Mprpc.Tool.Imitation;

/// <summary>A client's connection: what it sends is printed, and its requests are answered.</summary>
/// <param name="wire">The connection.</param>
/// <param name="log">Prints the messages.</param>
/// <param name="answers">What to answer.</param>
/// <param name="encoder">Encodes the error of what has no answer.</param>
/// <param name="received">Is told of each message; false: it was the last one to read.</param>
internal sealed class ImitatedConnection(ByteConnection wire, MessageLog log, Answers answers, JsonToMessagePack encoder, Func<bool> received)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[64 << 10];
        var frames = new FrameBuffer();

        while (await wire.ReadAsync(buffer, cancellationToken) is > 0 and int count)
        {
            foreach (ReadOnlyMemory<byte> frame in frames.Add(buffer.AsSpan(0, count)))
            {
                log.Write(Side.Client, frame);

                if (Message.Read(frame) is { Kind: MessageKind.Request } request)
                {
                    byte[] answer = Encode(request);
                    log.Write(Side.Server, answer);
                    await wire.WriteAsync(answer, cancellationToken);
                }

                if (!received())
                {
                    return;
                }
            }

            if (frames.IsBroken)
            {
                log.WriteBroken(Side.Client);
                return;
            }
        }
    }

    /// <summary>docs/protocol.md 3.2: [1, msgid, error, result]</summary>
    private byte[] Encode(Message request)
    {
        string unknown = $"There is no answer for '{request.Method}': start 'mprpc listen' with --answer {request.Method}=RESULT.";
        Answer answer = answers.Next(request.Method!) ?? new Answer(new MprpcRaw(encoder.EncodeText(unknown)), default);
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteArrayHeader(4);
        writer.Write((int)MessageKind.Response);
        writer.WriteRaw(request.Id!.Value.Memory.Span);
        writer.WriteRaw(answer.Error.Memory.Span);
        writer.WriteRaw(answer.Result.Memory.Span);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
