using MessagePack;
using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Framing;
using Mprpc.Messages;

namespace Mprpc.Dispatch;

/// <summary>Takes the peer's requests and notifications to their methods, and answers those that reach none. Safe for concurrent use; one serves all connections of an endpoint.</summary>
internal sealed class Dispatcher(MethodTable methods, MprpcSerializerOptions serializer, MprpcErrorShape errorShape, bool enableDetailedErrors)
{
    private const string InternalError = "Internal error.";

    /// <summary>Serves no method: what a client is that does not serve calls.</summary>
    public static Dispatcher None { get; } = new(new MethodTable([]), MprpcSerializerOptions.Default, MprpcErrorShape.Message, enableDetailedErrors: false);

    public MethodTable Methods => methods;

    /// <summary>Handles one request or notification.</summary>
    /// <returns>False where the read loop has gone on without this thread.</returns>
    public bool Dispatch(RpcConnection connection, ReadLoop loop, ReadOnlyMemory<byte> message, in MessageHead head)
    {
        bool isFull = connection.RunningCalls.IsFull;
        IncomingCall call = head.Kind == MessageKind.Request
            ? new(connection, head.MessageId, connection.AnswerOrder?.Begin(), loop)
            : new(connection, messageId: null, turn: null, loop);
        RpcMethod? method = head.MethodIsText ? methods.Find(head.Method) : null;

        if (method is null)
        {
            RefuseMethod(call, head);
            return true;
        }

        int start = head.BodyStart;

        if (!TryReadCount(message.Span, ref start, out int count))
        {
            RefuseCall(call, method, RpcErrorKind.InvalidArguments, $"Method '{method.WireName}' takes its params as an array; they came as {Describe(message.Span[start])}.");
            return true;
        }

        if (count < method.Description.RequiredParameters || count > method.Description.Parameters.Count)
        {
            RefuseCount(call, method, count);
            return true;
        }

        if (isFull)
        {
            RefuseCall(call, method, RpcErrorKind.Handler, $"{connection.Limits.MaxRunningCalls} calls of this connection are running, as many as may; wait for answers before calling on.");
            return true;
        }

        if (method.BlocksItsThread)
        {
            connection.RunningCalls.Add();
            ThreadPool.UnsafeQueueUserWorkItem(new OffloadedCall(call.WithoutLoop(), method, message.ToArray(), start, count), preferLocal: false);
            return true;
        }

        loop.RunningMethod = method;
        var parameters = new MprpcReader(message, start, count, serializer, loop);
        return method.Invoke(call, ref parameters);
    }

    /// <summary>Answers a call whose parameters could not be read; the thread has not left the loop.</summary>
    public bool RefuseArguments(in IncomingCall call, RpcMethod method, ref MprpcReader parameters)
    {
        string parameter = parameters.FailedIndex < method.Description.Parameters.Count ? method.Description.Parameters[parameters.FailedIndex].Name : "?";

        if (parameters.Exception is { } exception)
        {
            ProtocolLog.ParameterNotRead(call.Connection.Logger, call.Connection.Id, method.WireName, parameter, exception);
        }

        Refuse(call, call.Loop is not null, new RpcError(
            RpcErrorKind.InvalidArguments, $"Param {parameters.FailedIndex + 1} ('{parameter}') of method '{method.WireName}' must be {parameters.Expected}."));
        return call.Loop is not null;
    }

    /// <summary>Answers a call whose method, or the writing of whose result, threw.</summary>
    public void AnswerFailure(in IncomingCall call, RpcMethod method, Exception exception, bool onLoop)
    {
        RpcError error;

        if (exception is MprpcException meant)
        {
            ProtocolLog.MethodFailed(call.Connection.Logger, call.Connection.Id, method.WireName, meant.Message);
            error = new RpcError(RpcErrorKind.Handler, meant.Message, meant.Code, meant.ErrorData);
        }
        else
        {
            if (exception is not OperationCanceledException || !call.Connection.Closed.IsCancellationRequested)
            {
                ProtocolLog.MethodThrew(call.Connection.Logger, call.Connection.Id, method.WireName, exception);
            }

            error = new RpcError(RpcErrorKind.Handler, enableDetailedErrors ? $"{exception.GetType().Name}: {exception.Message}" : InternalError);
        }

        Refuse(call, onLoop, error);
    }

    /// <summary>Writes an answer into a buffer of its own.</summary>
    /// <exception cref="MessagePackSerializationException">The result cannot be written.</exception>
    public MprpcWriter WriteAside<TResult>(long messageId, TResult result)
    {
        MprpcWriter writer = MprpcWriter.Rent(serializer);

        try
        {
            ResponseWriter.WriteResult(writer, messageId, result);
            return writer;
        }
        catch
        {
            MprpcWriter.Return(writer);
            throw;
        }
    }

    private void RefuseMethod(in IncomingCall call, in MessageHead head)
    {
        string name = head.MethodIsText ? LogText.Clean(head.Method) : "";
        ProtocolLog.MethodNotFound(call.Connection.Logger, call.Connection.Id, name);

        string message = !head.MethodIsText ? "The method must be a name (str or bin)."
            : name.Length == 0 ? "The method's name is empty."
            : $"Method '{name}' not found.";
        Refuse(call, onLoop: true, new RpcError(RpcErrorKind.UnknownMethod, message));
    }

    private void RefuseCount(in IncomingCall call, RpcMethod method, int count)
    {
        int required = method.Description.RequiredParameters;
        int all = method.Description.Parameters.Count;
        string takes = required == all ? $"{all}" : $"{required} to {all}";
        string unit = all == 1 ? "param" : "params";
        string came = call.MessageId is { } id ? $"request {id} has {count}" : $"the notification has {count}";
        RefuseCall(call, method, RpcErrorKind.InvalidArguments, $"Method '{method.WireName}' takes {takes} {unit}; {came}.");
    }

    private void RefuseCall(in IncomingCall call, RpcMethod method, RpcErrorKind kind, string message)
    {
        ProtocolLog.CallRefused(call.Connection.Logger, call.Connection.Id, method.WireName, message);
        Refuse(call, onLoop: true, new RpcError(kind, message));
    }

    private void Refuse(in IncomingCall call, bool onLoop, in RpcError error)
    {
        if (call.MessageId is not { } id)
        {
            return;
        }

        if (onLoop && call.Turn is null)
        {
            ResponseWriter.WriteError(call.Loop!.Batch, id, error, errorShape);
            return;
        }

        MprpcWriter writer = MprpcWriter.Rent(serializer);
        ResponseWriter.WriteError(writer, id, error, errorShape);
        call.Connection.Answer(call, onLoop, writer);
    }

    // docs/protocol.md 2.4: an array, or nil for an empty one.
    private static bool TryReadCount(ReadOnlySpan<byte> message, ref int position, out int count)
    {
        byte code = message[position];
        count = code & 0x0f;

        if (code is >= MessagePackCode.MinFixArray and <= MessagePackCode.MaxFixArray)
        {
            position++;
            return true;
        }

        if (code == MessagePackCode.Nil)
        {
            count = 0;
            position++;
            return true;
        }

        if (code is not (MessagePackCode.Array16 or MessagePackCode.Array32))
        {
            return false;
        }

        position += MessagePackHead.Read(message[position..], out _, out long values);
        count = (int)values;
        return true;
    }

    private static string Describe(byte code) => MessagePackCode.ToMessagePackType(code) switch
    {
        MessagePackType.Map => "a map",
        MessagePackType.String => "text",
        MessagePackType.Binary => "binary",
        MessagePackType.Extension => "an extension value",
        MessagePackType.Boolean => "a bool",
        _ => "a number",
    };
}
