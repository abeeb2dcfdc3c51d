using MessagePack;

namespace Mprpc.Messages;

/// <summary>Makes an exception of a response's error, in whichever of the shapes the peer sends it (docs/protocol.md 3.4).</summary>
internal static class RemoteErrorReader
{
    /// <summary>Reads the error, which is not nil, and the result behind it.</summary>
    public static MprpcRemoteException Read(string method, ref MprpcReader reader)
    {
        MprpcRaw error = reader.Read<MprpcRaw>();
        MprpcRaw result = reader.Read<MprpcRaw>();

        switch (Decode(error))
        {
            case string text:
                return new MprpcRemoteException(method, NonEmpty(text), result.IsNil ? ErrorCode.InMessage(text) : text, result.IsNil ? null : Decode(result));

            case object?[] { Length: 2 } pair when pair[1] is string message && pair[0] is not (null or object?[]):
                return new MprpcRemoteException(method, NonEmpty(message), ErrorCode.InMessage(message) ?? Text(pair[0]), errorData: null);

            case IDictionary<object, object?> map:
                return new MprpcRemoteException(
                    method, NonEmpty(map.TryGetValue("message", out object? said) ? said as string : null), map.TryGetValue("code", out object? code) ? Text(code) : null, map);

            case object number when error.Type == MessagePackType.Integer:
                return new MprpcRemoteException(method, result.IsNil ? $"The peer answered with error {Text(number)}." : result.ToString(), Text(number), number);

            case var other:
                return new MprpcRemoteException(method, NonEmpty(null), code: null, other);
        }
    }

    private static object? Decode(MprpcRaw value)
    {
        try
        {
            return value.Deserialize<object?>();
        }
        catch (MessagePackSerializationException)
        {
            // An extension type, say: the caller gets its bytes.
            return value;
        }
    }

    private static string NonEmpty(string? message) => string.IsNullOrEmpty(message) ? "The peer answered with an error that has no message." : message;

    private static string? Text(object? value) => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture);
}
