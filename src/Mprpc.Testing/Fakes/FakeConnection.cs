using System.Buffers;
using System.IO.Pipelines;
using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Serialization;
using Mprpc.Testing.Connections;
using Mprpc.Wire;

namespace Mprpc.Testing.Fakes;

/// <summary>The fake server's end of one connection.</summary>
internal sealed class FakeConnection
{
    private readonly MprpcFakeServer _server;
    private readonly MemoryLink _link;
    private readonly MprpcSerializerOptions _serializer;
    private readonly MessageOutput _output;

    public FakeConnection(MprpcFakeServer server, MemoryLink link, MprpcSerializerOptions serializer)
    {
        _server = server;
        _link = link;
        _serializer = serializer;
        _output = new MessageOutput(link.ServerOutput, serializer, static _ => { });
    }

    /// <summary>Reads until the client ends the connection, or it is reset.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (true)
            {
                ReadResult read = await _link.ServerInput.ReadAsync().ConfigureAwait(false);
                ReadOnlySequence<byte> rest = read.Buffer;

                while (TryTake(ref rest) is { } message)
                {
                    Handle(message);
                }

                _link.ServerInput.AdvanceTo(rest.Start, rest.End);

                if (read.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // Reset, by either side.
        }

        _output.Close();
        _link.Close();
        await _link.ServerInput.CompleteAsync().ConfigureAwait(false);
    }

    public void Reset() => _link.Reset(new IOException("The fake server has reset the connection."));

    public void Notify(string method, ReadOnlySpan<object?> arguments)
    {
        MprpcWriter notification = RequestWriter.Begin(_serializer, SendLimit.OfArgument, method, arguments);
        RequestWriter.PrependNotificationHead(notification);
        _output.TrySend(notification);
    }

    private static byte[]? TryTake(ref ReadOnlySequence<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);

        try
        {
            reader.Skip();
        }
        catch (EndOfStreamException)
        {
            return null;
        }

        byte[] message = bytes.Slice(0, reader.Consumed).ToArray();
        bytes = bytes.Slice(reader.Consumed);
        return message;
    }

    private void Handle(byte[] message)
    {
        // A client of ours sends nothing else.
        if (!MessageHead.TryRead(message, out MessageHead head) || head.Kind == MessageKind.Response)
        {
            return;
        }

        long? messageId = head.Kind == MessageKind.Request ? head.MessageId : null;
        var call = new MprpcFakeCall(System.Text.Encoding.UTF8.GetString(head.Method), messageId is null, ReadArguments(message, head.BodyStart), _serializer);
        MprpcFakeMethod? method = _server.Record(call);
        _ = AnswerAsync(call, method, messageId);       // cannot throw
    }

    private async Task AnswerAsync(MprpcFakeCall call, MprpcFakeMethod? method, long? messageId)
    {
        FakeAnswer answer = method is null ? FakeAnswer.Unscripted(call.Method) : await method.AnswerAsync(call).ConfigureAwait(false);

        if (answer == FakeAnswer.Disconnect)
        {
            Reset();
        }
        else if (answer != FakeAnswer.None && messageId is { } id)
        {
            _output.TrySend(answer.Write(id, _serializer, _server.ErrorShape));
        }
    }

    private static MprpcRaw[] ReadArguments(byte[] message, int start)
    {
        var reader = new MessagePackReader(message.AsMemory(start));
        var arguments = new MprpcRaw[reader.ReadArrayHeader()];

        for (int i = 0; i < arguments.Length; i++)
        {
            int from = start + (int)reader.Consumed;
            reader.Skip();
            arguments[i] = new MprpcRaw(message.AsMemory(from..(start + (int)reader.Consumed)));
        }

        return arguments;
    }
}
