using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Serialization;

namespace Mprpc.Wire;

/// <summary>Writes responses: always a fixarray head and the shortest msgid, since some peers take nothing else.</summary>
internal static class ResponseWriter
{
    /// <summary>How many levels are around a result: the message.</summary>
    public const int OuterLevels = 1;

    // The message, and the map of the error.
    private const int LevelsAroundData = 2;

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

    // docs/protocol.md 3.3: the numbers of Arduino's RPClite (error.h).
    private const int RpcLiteMalformedCall = 0xfd;
    private const int RpcLiteFunctionNotFound = 0xfe;
    private const int RpcLiteGeneric = 0xff;

    // docs/protocol.md 3.2: [1, msgid, nil, result]
    public static void WriteResult<T>(MprpcWriter writer, long messageId, T result)
    {
        WriteHead(writer, messageId);
        writer.WriteNil();
        writer.Write(result);
    }

    // docs/protocol.md 10.9: [1, msgid, nil, nil]
    public static void WriteNil(MprpcWriter writer, long messageId)
    {
        WriteHead(writer, messageId);
        writer.WriteNil();
        writer.WriteNil();
    }

    // docs/protocol.md 10.5: [1, msgid, nil, [version, offer]]
    public static void WriteHello(MprpcWriter writer, long messageId, PeerOffer own)
    {
        WriteHead(writer, messageId);
        writer.WriteNil();
        own.Write(writer);
    }

    // docs/protocol.md 3.3: [1, msgid, error, nil], or the message in the result's place
    /// <returns>Null, or why the error's data could not be written: it was left out.</returns>
    public static Exception? WriteError(
        MprpcWriter writer, long messageId, in RpcError error, MprpcErrorShape shape, int maxSize = int.MaxValue, int maxDepth = int.MaxValue)
    {
        string message = UnicodeText.Repaired(NonEmpty(error));
        int head = writer.Length;
        WriteHead(writer, messageId);

        if (shape == MprpcErrorShape.Map)
        {
            Exception? failure = WriteMap(writer, head, error, message, maxSize, maxDepth);
            writer.WriteNil();
            return failure;
        }

        if (shape != MprpcErrorShape.CodeWithMessageAsResult)
        {
            message = ErrorCode.IntoMessage(error.Code, message);
        }

        switch (shape)
        {
            case MprpcErrorShape.CodeAndMessage:
                writer.WriteArrayHeader(2);
                writer.WriteInt64(error.Kind == RpcErrorKind.Handler ? NeovimException : NeovimValidation);
                writer.WriteString(message);
                writer.WriteNil();
                break;

            case MprpcErrorShape.NonZeroCodeAndMessage:
                writer.WriteArrayHeader(2);
                writer.WriteInt64(error.Kind switch
                {
                    RpcErrorKind.UnknownMethod => RpcLiteFunctionNotFound,
                    RpcErrorKind.InvalidArguments => RpcLiteMalformedCall,
                    _ => RpcLiteGeneric,
                });
                writer.WriteString(message);
                writer.WriteNil();
                break;

            case MprpcErrorShape.CodeWithMessageAsResult:
                writer.WriteString(error.Kind switch
                {
                    RpcErrorKind.UnknownMethod => NoMethodCode,
                    RpcErrorKind.InvalidArguments => ArgumentCode,
                    _ => string.IsNullOrEmpty(error.Code) ? RemoteErrorCode : UnicodeText.Repaired(error.Code),
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

        return null;
    }

    // docs/protocol.md 3.3: {"message": text, "code": text, "data": any}
    private static Exception? WriteMap(MprpcWriter writer, int head, in RpcError error, string message, int maxSize, int maxDepth)
    {
        string? code = !string.IsNullOrEmpty(error.Code) ? error.Code : error.Kind switch
        {
            RpcErrorKind.UnknownMethod => ErrorCode.UnknownMethod,
            RpcErrorKind.InvalidArguments => ErrorCode.InvalidParams,
            _ => null,
        };
        int start = writer.Length;
        WriteMap(writer, message, code, hasData: error.Data is not null);

        if (error.Data is null)
        {
            return null;
        }

        try
        {
            int data = writer.Length;
            writer.Levels = 0;
            writer.LimitTo(maxSize);
            ArgumentWriter.Write(writer, error.Data);
            writer.EndLimit();

            // The head counts too, and the result's nil.
            CheckData(writer, data, writer.Length - head + 1, maxSize, maxDepth);
            return null;
        }
        catch (Exception exception)
        {
            // The caller gets the rest all the same: half a message must not go out, and no answer at all must not be.
            bool isBeyondLimit = writer.IsBeyondLimit;
            writer.EndLimit();
            writer.Truncate(start);
            WriteMap(writer, message, code, hasData: false);
            return isBeyondLimit ? DataTooLarge(maxSize + writer.Excess, maxSize) : exception;
        }
    }

    private static void CheckData(MprpcWriter writer, int start, int size, int maxSize, int maxDepth)
    {
        if (size > maxSize)
        {
            throw DataTooLarge(size, maxSize);
        }

        if (writer.Levels > maxDepth - LevelsAroundData
            && WrittenValues.Fault(writer.WrittenSpan[start..], values: 1, LevelsAroundData, maxDepth, out bool _) is { } fault)
        {
            throw new MessagePackSerializationException($"With its data the error {fault}. Give the exception flatter data, or raise MaxSendDepth.");
        }
    }

    private static MessagePackSerializationException DataTooLarge(long size, int maxSize)
        => new($"With its data the error has at least {size:N0} bytes; {maxSize:N0} may be sent. Give the exception less data, or raise MaxSendMessageSize.");

    private static void WriteMap(MprpcWriter writer, string message, string? code, bool hasData)
    {
        writer.WriteMapHeader(1 + (code is null ? 0 : 1) + (hasData ? 1 : 0));
        writer.WriteString("message");
        writer.WriteString(message);

        if (code is not null)
        {
            writer.WriteString("code");
            writer.WriteString(UnicodeText.Repaired(code));
        }

        if (hasData)
        {
            writer.WriteString("data");
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
