using System.Buffers;
using System.Text;
using System.Text.Json;
using MessagePack;
using Mprpc.Serialization.Json;

namespace Mprpc.AspNetCore.Explorer.Calls;

/// <summary>What went wrong with a call, for the page: <c>{"message": text, "code": text, "data": value}</c>, code and data where there are any.</summary>
internal static class CallError
{
    /// <summary>Whether it is a call's failure, and not this program's.</summary>
    public static bool IsOne(Exception exception)
        => exception is MprpcRemoteException or MprpcConnectionException or MprpcProtocolException or TimeoutException or MessagePackSerializationException
            or ValueException;

    /// <summary>The error as JSON.</summary>
    public static string Write(Exception exception)
    {
        var remote = exception as MprpcRemoteException;
        var buffer = new ArrayBufferWriter<byte>();

        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("message", remote?.RawMessage ?? exception.Message);

            if (remote?.Code is { } code)
            {
                json.WriteString("code", code);
            }

            if (remote?.ErrorData is { } data)
            {
                json.WritePropertyName("data");
                json.WriteRawValue(MessagePackToJson.Write(MprpcRaw.From(data).Memory), skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
