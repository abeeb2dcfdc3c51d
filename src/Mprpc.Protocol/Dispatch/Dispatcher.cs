using MessagePack;
using Mprpc.Connections;
using Mprpc.Contracts;
using Mprpc.Diagnostics;
using Mprpc.Framing;
using Mprpc.Messages;

namespace Mprpc.Dispatch;

/// <summary>Takes the peer's requests and notifications to their methods, and answers those that reach none. Safe for concurrent use; one serves all connections of an endpoint.</summary>
internal sealed class Dispatcher(MethodTable methods, MprpcSerializerOptions serializer, MprpcErrorShape errorShape, bool enableDetailedErrors)
{
    private static readonly ExceptionMap NoExceptions = new();

    private const string InternalError = "Internal error.";

    /// <summary>Serves no method: what a client is that does not serve calls.</summary>
    public static Dispatcher None { get; } = new(new MethodTable([]), MprpcSerializerOptions.Default, MprpcErrorShape.Message, enableDetailedErrors: false);

    public MethodTable Methods => methods;

    /// <summary>Which exceptions mean something to the caller.</summary>
    public ExceptionMap Exceptions { get; init; } = NoExceptions;

    /// <summary>What stands before names that no method has; null: nothing.</summary>
    public UnknownMethod? Unknown { get; init; }

    /// <summary>Where it is said that what calls have made could not be disposed.</summary>
    public FailureLog DisposalFailures { get; } = new();

    /// <summary>Handles one request or notification.</summary>
    /// <returns>False where the read loop has gone on without this thread.</returns>
    public bool Dispatch(RpcConnection connection, ReadLoop loop, ReadOnlyMemory<byte> message, in MessageHead head)
    {
        bool isRefused = connection.RunningCalls.MustRefuse;
        IncomingCall call = head.Kind == MessageKind.Request
            ? new(connection, head.MessageId, connection.AnswerOrder?.Begin(), loop)
            : new(connection, messageId: null, turn: null, loop);

        if (isRefused)
        {
            RefuseForRoom(call);
            return true;
        }

        RpcMethod? method = head.MethodIsText ? methods.Find(head.Method) : null;

        if (method is null)
        {
            return DispatchUnknown(call, loop, head);
        }

        if (method.Policy is { } policy)
        {
            bool? isAllowed = policy.IsAuthorizationOnly ? policy.Authorization!.TryAuthorize(connection) : null;

            if (isAllowed is null)
            {
                return DispatchGuarded(call, loop, method, message, head.BodyStart);
            }

            if (isAllowed == false)
            {
                Refuse(call, method, policy.Authorization!.Denied(connection));
                return true;
            }
        }

        int start = head.BodyStart;

        if (!TryReadArguments(method, message.Span, ref start, out int count))
        {
            Refuse(call, method, DescribeArguments(call, method, message.Span, head.BodyStart));
            return true;
        }

        if (method.BlocksItsThread)
        {
            connection.RunningCalls.Add();
            BlockingThreads.Shared.Run(new OffloadedCall(call.WithoutLoop(), method, message.ToArray(), start, count));
            return true;
        }

        loop.RunningMethod = method;
        var parameters = new MprpcReader(message, start, count, serializer, loop);
        return method.Invoke(call, ref parameters);
    }

    /// <summary>Answers a call whose parameters could not be read; the thread has not left the loop.</summary>
    public bool RefuseArguments(in IncomingCall call, RpcMethod method, ref MprpcReader parameters)
    {
        Answer(call, call.Loop is not null, DescribeFailure(call.Connection, method, ref parameters));
        return call.Loop is not null;
    }

    /// <summary>Says which parameter could not be read.</summary>
    public static RpcError DescribeFailure(RpcConnection connection, RpcMethod method, ref MprpcReader parameters)
    {
        IReadOnlyList<MprpcParameter> declared = method.Description.Parameters;
        string parameter = declared.Count == 0 ? "?" : declared[Math.Min(parameters.FailedIndex, declared.Count - 1)].Name;

        if (parameters.Exception is { } exception)
        {
            ProtocolLog.ParameterNotRead(connection.Logger, connection.Id, method.WireName, parameter, exception);
        }

        return new RpcError(
            RpcErrorKind.InvalidArguments, $"Param {parameters.FailedIndex + 1} ('{parameter}') of method '{method.WireName}' must be {parameters.Expected}.");
    }

    /// <summary>Answers a call that is refused before its method has run; on the loop where the call is.</summary>
    public void Refuse(in IncomingCall call, RpcMethod method, in RpcError error)
    {
        ProtocolLog.CallRefused(call.Connection.Logger, call.Connection.Id, method.WireName, error.Message);
        Answer(call, onLoop: call.Loop is not null, error);
    }

    /// <summary>Answers a call whose method, or the writing of whose result, threw.</summary>
    public void AnswerFailure(in IncomingCall call, RpcMethod method, Exception exception, bool onLoop)
    {
        if ((exception as MprpcException ?? MapException(call, method, exception)) is { } meant)
        {
            ProtocolLog.MethodFailed(call.Connection.Logger, call.Connection.Id, method.WireName, meant.Message);
            Answer(call, onLoop, new RpcError(RpcErrorKind.Handler, meant.Message, meant.Code, meant.ErrorData));
            return;
        }

        LogFailure(call, method, exception);
        Answer(call, onLoop, new RpcError(RpcErrorKind.Handler, enableDetailedErrors ? $"{exception.GetType().Name}: {exception.Message}" : InternalError));
    }

    /// <summary>Logs what the application should see of a call that threw: all but the cancellation of calls whose connection is gone.</summary>
    public static void LogFailure(in IncomingCall call, RpcMethod method, Exception exception)
    {
        if (exception is not OperationCanceledException || !call.Connection.Closed.IsCancellationRequested)
        {
            method.Failures.MethodThrew(call.Connection, method.WireName, exception);
        }
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

    /// <summary>Of whatever method: that a name exists is not told by the way.</summary>
    private void RefuseForRoom(in IncomingCall call)
    {
        string message = call.Connection.RunningCalls.IsAtOwnLimit
            ? $"{call.Connection.Limits.MaxRunningCalls} calls of this connection are running, as many as may; wait for answers before calling on."
            : "As many calls of all connections together are running as may; call again later.";
        ProtocolLog.CallRefused(call.Connection.Logger, call.Connection.Id, "(any)", message);
        Answer(call, onLoop: true, new RpcError(RpcErrorKind.Handler, message, ErrorCode.Busy));
    }

    private bool DispatchUnknown(in IncomingCall call, ReadLoop loop, in MessageHead head)
    {
        string name = head.MethodIsText ? LogText.Clean(head.Method) : "";
        var error = new RpcError(
            RpcErrorKind.UnknownMethod,
            !head.MethodIsText ? "The method must be a name (str or bin)." : name.Length == 0 ? "The method's name is empty." : $"Method '{name}' not found.");

        if (Unknown is null)
        {
            ProtocolLog.MethodNotFound(call.Connection.Logger, call.Connection.Id, name);
            Answer(call, onLoop: true, error);
            return true;
        }

        var context = new CallContext(call.Connection, name, call.MessageId);
        return Start(call, loop, Unknown.Guard(call.WithoutLoop(), context, new CallArguments([], 0, 0, serializer), error));
    }

    private bool DispatchGuarded(in IncomingCall call, ReadLoop loop, RpcMethod method, ReadOnlyMemory<byte> message, int start)
    {
        int values = start;
        RpcError? invalid = TryReadArguments(method, message.Span, ref values, out int count) ? null : DescribeArguments(call, method, message.Span, start);
        var context = new CallContext(call.Connection, method.WireName, call.MessageId);
        var arguments = new CallArguments(message.ToArray(), values, invalid is null ? count : 0, serializer);
        return Start(call, loop, method.Guard(call.WithoutLoop(), context, arguments, invalid));
    }

    private static bool Start(in IncomingCall call, ReadLoop loop, GuardedCall guarded)
    {
        call.Connection.RunningCalls.Add();

        if (guarded.RpcMethod.BlocksItsThread)
        {
            BlockingThreads.Shared.Run(guarded);
            return true;
        }

        loop.RunningMethod = guarded.RpcMethod;
        loop.EnterUserCode();
        guarded.Execute();
        return call.End(call.LeaveUserCode(), guarded.RpcMethod);
    }

    /// <summary>Whether the params are an array of as many values as the method takes.</summary>
    private static bool TryReadArguments(RpcMethod method, ReadOnlySpan<byte> message, ref int start, out int count)
        => TryReadCount(message, ref start, out count) && count >= method.Description.RequiredParameters && count <= method.Description.MostParameters;

    /// <summary>Why <see cref="TryReadArguments"/> is false.</summary>
    private static RpcError DescribeArguments(in IncomingCall call, RpcMethod method, ReadOnlySpan<byte> message, int start)
    {
        if (!TryReadCount(message, ref start, out int count))
        {
            return new RpcError(
                RpcErrorKind.InvalidArguments, $"Method '{method.WireName}' takes its params as an array; they came as {Describe(message[start])}.");
        }

        int required = method.Description.RequiredParameters;
        int all = method.Description.MostParameters;
        string takes = all == int.MaxValue ? $"{required} or more" : required == all ? $"{all}" : $"{required} to {all}";
        string unit = all == 1 ? "param" : "params";
        string came = call.MessageId is { } id ? $"request {id} has {count}" : $"the notification has {count}";
        return new RpcError(RpcErrorKind.InvalidArguments, $"Method '{method.WireName}' takes {takes} {unit}; {came}.");
    }

    private MprpcException? MapException(in IncomingCall call, RpcMethod method, Exception exception)
    {
        try
        {
            return Exceptions.Find(exception);
        }
        catch (Exception failure)
        {
            LogFailure(call, method, failure);
            return null;
        }
    }

    private void Answer(in IncomingCall call, bool onLoop, in RpcError error)
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
