using MessagePack;

namespace Mprpc.Messages;

/// <summary>Writes responses: always a fixarray head and the shortest msgid, since some peers take nothing else.</summary>
internal static class ResponseWriter
{
    // docs/protocol.md 3.3: the codes of msgpack-rpc-ruby and -java.
    private const string NoMethodCode = ".CallError.NoMethodError";
    private const string ArgumentCode = ".CallError.ArgumentError";
    private const string RemoteErrorCode = "RemoteError";

    // docs/protocol.md 3.3: the numbers of jubatus ...
    private const int NoMethodNumber = 1;
    private const int ArgumentNumber = 2;

    // ... and of neovim.
    private const int NeovimException = 0;
    private const int NeovimValidation = 1;

    // docs/protocol.md 3.2: [1, msgid, nil, result]
    public static void WriteResult<T>(MprpcWriter writer, long messageId, T result)
    {
        WriteHead(writer, messageId);
        writer.WriteNil();
        writer.Write(result);
    }

    // docs/protocol.md 3.3: [1, msgid, error, nil], or the message in the result's place
    public static void WriteError(MprpcWriter writer, long messageId, in RpcError error, MprpcErrorShape shape)
    {
        string message = NonEmpty(error);

        if (shape != MprpcErrorShape.CodeWithMessageAsResult)
        {
            message = ErrorCode.IntoMessage(error.Code, message);
        }

        WriteHead(writer, messageId);

        switch (shape)
        {
            case MprpcErrorShape.CodeAndMessage:
                writer.WriteArrayHeader(2);
                writer.WriteInt64(error.Kind == RpcErrorKind.Handler ? NeovimException : NeovimValidation);
                writer.WriteString(message);
                writer.WriteNil();
                break;

            case MprpcErrorShape.CodeWithMessageAsResult:
                writer.WriteString(error.Kind switch
                {
                    RpcErrorKind.UnknownMethod => NoMethodCode,
                    RpcErrorKind.InvalidArguments => ArgumentCode,
                    _ => string.IsNullOrEmpty(error.Code) ? RemoteErrorCode : error.Code,
                });
                writer.WriteArrayHeader(1);
                writer.WriteString(message);
                break;

            case MprpcErrorShape.Number when error.Kind != RpcErrorKind.Handler:
                writer.WriteInt64(error.Kind == RpcErrorKind.UnknownMethod ? NoMethodNumber : ArgumentNumber);
                writer.WriteNil();
                break;

            default:
                writer.WriteString(message);
                writer.WriteNil();
                break;
        }
    }

    /// <summary>Several peers take "" for success (docs/protocol.md 3.3).</summary>
    private static string NonEmpty(in RpcError error)
        => !string.IsNullOrEmpty(error.Message) ? error.Message : !string.IsNullOrEmpty(error.Code) ? error.Code : "Error.";

    private static void WriteHead(MprpcWriter writer, long messageId)
    {
        writer.WriteByte(MessagePackCode.MinFixArray | 4);
        writer.WriteByte((byte)MessageKind.Response);
        writer.WriteInt64(messageId);
    }
}
