using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mprpc.Serialization.Json;
using Mprpc.Tool.Output;

namespace Mprpc.Tool.Frames;

/// <summary>Prints the messages of one connection, a line of JSON each. Safe for concurrent calls.</summary>
/// <param name="terminal">Where to print.</param>
/// <param name="connection">The connection's number, from 1.</param>
/// <param name="started">When the command began: times count from there.</param>
internal sealed class MessageLog(Terminal terminal, int connection, long started)
{
    // Of requests that nobody answers only so many are remembered.
    private const int MaxRemembered = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string From, MprpcRaw Id), (string Method, long Start)> _requests = [];

    /// <param name="from">Who has sent it: client or server.</param>
    /// <param name="frame">Its bytes.</param>
    public void Write(string from, ReadOnlyMemory<byte> frame)
    {
        Message? message = Message.Read(frame);

        lock (_lock)
        {
            terminal.WriteLine(Line(from, json =>
            {
                if (message is null)
                {
                    json.WriteString("type", "none");
                    WriteValue(json, "value", new MprpcRaw(frame));
                    return;
                }

                WriteMessage(json, from, message);
            }));
        }
    }

    /// <summary>Tells that what came is no MessagePack.</summary>
    public void WriteBroken(string from)
        => terminal.WriteLine(Line(from, json =>
        {
            json.WriteString("type", "unreadable");
            json.WriteString("reason", "The bytes are not MessagePack, or a message is larger than 64 MiB; what follows is not shown.");
        }));

    private void WriteMessage(Utf8JsonWriter json, string from, Message message)
    {
        json.WriteString("type", message.Kind.ToString().ToLowerInvariant());

        if (message.Id is { } id)
        {
            WriteValue(json, "id", id);
        }

        if (message.Kind != MessageKind.Response)
        {
            json.WriteString("method", message.Method);
            WriteValue(json, "params", message.First);

            if (message.Id is { } asked && _requests.Count < MaxRemembered)
            {
                _requests[(from, asked)] = (message.Method!, Stopwatch.GetTimestamp());
            }

            return;
        }

        if (_requests.Remove((Other(from), message.Id!.Value), out (string Method, long Start) request))
        {
            json.WriteString("method", request.Method);
            json.WriteNumber("milliseconds", Math.Round(Stopwatch.GetElapsedTime(request.Start).TotalMilliseconds, 3));
        }

        if (!message.First.IsNil)
        {
            WriteValue(json, "error", message.First);
        }

        if (message.First.IsNil || !message.Result.IsNil)
        {
            WriteValue(json, "result", message.Result);
        }
    }

    private string Line(string from, Action<Utf8JsonWriter> writeRest)
    {
        using var buffer = new MemoryStream();

        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("at", Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 6));
            json.WriteNumber("connection", connection);
            json.WriteString("from", from);
            writeRest(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void WriteValue(Utf8JsonWriter json, string name, MprpcRaw value)
    {
        json.WritePropertyName(name);

        try
        {
            json.WriteRawValue(MessagePackToJson.Write(value.Memory), skipInputValidation: true);
        }
        catch (ValueException)
        {
            // Too deep to be shown: its bytes are.
            json.WriteStringValue(Convert.ToHexStringLower(value.Memory.Span));
        }
    }

    private static string Other(string from) => from == Side.Client ? Side.Server : Side.Client;
}
