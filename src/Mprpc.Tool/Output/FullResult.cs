using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Mprpc.Serialization.Json;

namespace Mprpc.Tool.Output;

/// <summary>The object of <c>--full</c>: the result or the error, how long it took, and how many bytes went each way.</summary>
internal static class FullResult
{
    public static string Of(MprpcRaw result, TimeSpan time, int argumentBytes, bool indented)
        => Write(
            indented,
            json =>
            {
                json.WritePropertyName("result");
                json.WriteRawValue(MessagePackToJson.Write(result.Memory));
                WriteFigures(json, time, argumentBytes, result.Memory.Length);
            });

    public static string Of(MprpcRemoteException error, TimeSpan time, int argumentBytes, bool indented)
        => Write(
            indented,
            json =>
            {
                json.WriteStartObject("error");
                json.WriteString("message", error.RawMessage);
                json.WriteString("code", error.Code);

                if (Failure.DataOf(error) is { } data)
                {
                    json.WritePropertyName("data");
                    json.WriteRawValue(data);
                }

                json.WriteEndObject();
                WriteFigures(json, time, argumentBytes, resultBytes: null);
            });

    private static void WriteFigures(Utf8JsonWriter json, TimeSpan time, int argumentBytes, int? resultBytes)
    {
        json.WriteNumber("milliseconds", Math.Round(time.TotalMilliseconds, 3));
        json.WriteNumber("argument_bytes", argumentBytes);

        if (resultBytes is { } bytes)
        {
            json.WriteNumber("result_bytes", bytes);
        }
    }

    private static string Write(bool indented, Action<Utf8JsonWriter> writeMembers)
    {
        var buffer = new ArrayBufferWriter<byte>();

        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            writeMembers(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
