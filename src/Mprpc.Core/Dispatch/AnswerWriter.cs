using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>Writes the answers of calls; what a peer would refuse becomes an error that it takes (docs/protocol.md 1.3). Safe for concurrent use.</summary>
/// <param name="serializer">Writes the results.</param>
/// <param name="errorShape">What errors look like.</param>
/// <param name="takesExtensions">Whether peers may use the extensions of the protocol: else no message begins with one of their codes.</param>
internal sealed class AnswerWriter(MprpcSerializerOptions serializer, MprpcErrorShape errorShape, bool takesExtensions)
{
    /// <summary>Where it is said that the data of errors could not be written.</summary>
    private readonly FailureLog _dataFailures = new();

    /// <summary>Writes an answer into a buffer of its own; one that is too large or too deep to be sent becomes an error.</summary>
    /// <exception cref="MessagePackSerializationException">The result cannot be written.</exception>
    /// <param name="connection">Where it goes.</param>
    /// <param name="method">Whose it is.</param>
    /// <param name="messageId">The request's.</param>
    /// <param name="result">What the method has returned.</param>
    /// <param name="refusal">The code of the error that was written in place of the result; null: none was.</param>
    public MprpcWriter WriteAside<TResult>(RpcConnection connection, ServedMethod method, long messageId, TResult result, out string? refusal)
    {
        MprpcWriter writer = MprpcWriter.Rent(serializer);

        try
        {
            refusal = Write(connection, writer, method, messageId, result);
            return writer;
        }
        catch
        {
            MprpcWriter.Return(writer);
            throw;
        }
    }

    /// <summary>Writes an answer behind others; one that is too large or too deep to be sent becomes an error.</summary>
    /// <exception cref="MessagePackSerializationException">The result cannot be written: nothing is.</exception>
    /// <returns>The code of the error that was written in place of the result; null: none was.</returns>
    public string? Write<TResult>(RpcConnection connection, MprpcWriter writer, ServedMethod method, long messageId, TResult result)
    {
        int most = connection.Limits.MaxSendMessageSize;
        int start = writer.Length;
        writer.Levels = 0;
        writer.LimitTo(most);

        try
        {
            ResponseWriter.WriteResult(writer, messageId, result);
        }
        catch when (writer.IsBeyondLimit)
        {
            RefuseTooLarge(connection, writer, start, method, messageId, most + writer.Excess, writer.Unended);
            return ErrorCode.TooLarge;
        }
        catch
        {
            // The answers before it are whole, and go out.
            writer.Truncate(start);
            writer.EndLimit();
            throw;
        }

        writer.EndLimit();
        int size = writer.Length - start;

        if (size > most)
        {
            RefuseTooLarge(connection, writer, start, method, messageId, size);
            return ErrorCode.TooLarge;
        }

        method.OnAnswered(size);

        return writer.Levels > connection.Limits.MaxSendDepth - ResponseWriter.OuterLevels && !IsOfAllowedDepth(connection, writer, start, method, messageId)
            ? ErrorCode.TooLarge
            : null;
    }

    /// <summary>Writes an error. Data that cannot be sent is left out, and that is logged.</summary>
    public void WriteError(RpcConnection connection, MprpcWriter writer, long messageId, in RpcError error)
    {
        ConnectionLimits limits = connection.Limits;
        int start = writer.Length;
        RpcError told = takesExtensions ? error : WithoutExtensions(error);

        if (ResponseWriter.WriteError(writer, messageId, told, ShapeFor(connection), limits.MaxSendMessageSize, limits.MaxSendDepth) is { } failure)
        {
            _dataFailures.ErrorDataNotWritten(connection.Logger, connection.Id, error.Data!.GetType(), failure);
        }

        int size = writer.Length - start;

        if (size > limits.MaxSendMessageSize)
        {
            writer.Truncate(start);
            ResponseWriter.WriteError(writer, messageId, TooLarge("error of this call", $"{size:N0}", limits), ShapeFor(connection));
        }
    }

    // docs/protocol.md 10.1: the application may use such a code too, and a shape with a place for codes keeps it.
    private RpcError WithoutExtensions(in RpcError error)
        => errorShape is MprpcErrorShape.Map or MprpcErrorShape.CodeWithMessageAsResult || !ErrorCode.IsOfExtensions(error.Code)
            ? error
            : error with { Code = null };

    // A peer that takes maps gets the code and the data (docs/protocol.md 10.5).
    private MprpcErrorShape ShapeFor(RpcConnection connection) => connection.Peer is { ErrorsAsMap: true } ? MprpcErrorShape.Map : errorShape;

    /// <summary>
    /// Puts an error in the place of an answer. It says how many bytes that has at least, exact or not: the same whatever buffer it was written to.
    /// </summary>
    private void RefuseTooLarge(RpcConnection connection, MprpcWriter writer, int start, ServedMethod method, long messageId, long size, Type? unended = null)
    {
        writer.EndLimit();
        writer.Truncate(start);
        method.OnAnswered(connection.Limits.MaxSendMessageSize);
        RpcError error = TooLarge($"answer of method '{method.WireName}'", $"at least {size:N0}", connection.Limits, unended);
        ResponseWriter.WriteError(writer, messageId, error, ShapeFor(connection));
    }

    /// <summary>Puts an error in the place of an answer that is too deep.</summary>
    private bool IsOfAllowedDepth(RpcConnection connection, MprpcWriter writer, int start, ServedMethod method, long messageId)
    {
        if (WrittenValues.Fault(writer.WrittenSpan[start..], values: 1, outer: 0, connection.Limits.MaxSendDepth, out bool isTooDeep) is not { } fault)
        {
            return true;
        }

        writer.Truncate(start);

        if (!isTooDeep)
        {
            throw new MessagePackSerializationException($"The answer of method '{method.WireName}' {fault}. {WrittenValues.WholeRemedy}");
        }

        var error = new RpcError(
            RpcErrorKind.Handler,
            $"The answer of method '{method.WireName}' {fault}. Return a flatter value, or raise {connection.Limits.OptionsName}.MaxSendDepth.",
            ErrorCode.TooLarge);
        ResponseWriter.WriteError(writer, messageId, error, ShapeFor(connection));
        return false;
    }

    private static RpcError TooLarge(string what, string size, ConnectionLimits limits, Type? unended = null)
        => new(
            RpcErrorKind.Handler,
            $"The {what} has {size} bytes; {limits.MaxSendMessageSize:N0} may be sent. "
                + (limits.IsSendSizeOfPeer
                    ? "Ask for less at a time, or say with '$/hello' that you take more."
                    : $"Ask for less at a time, or raise {limits.OptionsName}.MaxSendMessageSize.")
                + SendLimit.DescribeUnended(unended),
            ErrorCode.TooLarge);
}
