using System.Text.Json.Nodes;
using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Serialization;

namespace Mprpc.Wire;

/// <summary>Writes an argument of a call whose types are known only at run time: the value's own type chooses the encoding.</summary>
internal static class ArgumentWriter
{
    /// <exception cref="MessagePackSerializationException">The value cannot be encoded.</exception>
    public static void Write(MprpcWriter writer, object? value, int index = -1)
    {
        switch (value)
        {
            case null:
                writer.WriteNil();
                break;
            case int number:
                writer.WriteInt64(number);
                break;
            case long number:
                writer.WriteInt64(number);
                break;
            case string text:
                writer.WriteString(text);
                break;
            case byte[] bytes:
                writer.WriteBinary(bytes);
                break;
            case bool flag:
                writer.Write(flag);
                break;
            case double number:
                writer.Write(number);
                break;
            case MprpcRaw raw:
                writer.Write(raw);
                break;
            case MprpcStream stream when index >= 0:
                writer.WriteStream(index, stream);
                break;
            case CancellationToken:
                throw new ArgumentException(
                    "A CancellationToken cannot be an argument of a call. Pass it before the arguments, CallAsync<T>(method, cancellationToken, arguments), "
                    + "or after an array of them, CallAsync<T>(method, [argument1, argument2], cancellationToken).");
            default:
                Type type = value.GetType();

                if (value is JsonNode || type == typeof(object))
                {
                    writer.Write<object>(value);
                }
                else
                {
                    AnyValueWriter.Of(value, type).Write(writer, value);
                }

                break;
        }
    }
}
