using System.Runtime.CompilerServices;
using MessagePack;
using Microsoft.Extensions.Logging;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Scheduling;
using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>
/// Takes the peer's requests and notifications to their methods, and answers those that reach none. Safe for concurrent use; one serves all connections of an
/// endpoint.
/// </summary>
internal sealed partial class Dispatcher : IRequestHandler
{
    private readonly MprpcSerializerOptions _serializer;
    private readonly ControlMessages? _control;
    private readonly UnknownMethod? _unknownWithCredential;
    private MethodTable _methods;

    /// <param name="methods">Belong to this dispatcher alone.</param>
    /// <param name="serializer">Reads the arguments and writes the results.</param>
    /// <param name="errorShape">What errors look like.</param>
    /// <param name="enableDetailedErrors">Whether callers are told what a method threw.</param>
    /// <param name="takesExtensions">Whether peers may use the extensions of the protocol (docs/protocol.md 10.5 and on).</param>
    public Dispatcher(
        MethodTable methods, MprpcSerializerOptions serializer, MprpcErrorShape errorShape, bool enableDetailedErrors, bool takesExtensions = true)
    {
        _methods = methods;
        _serializer = serializer;
        Answers = new CallAnswers(serializer, errorShape, enableDetailedErrors, takesExtensions);
        _control = takesExtensions ? new ControlMessages(Answers) : null;

        AnswerFor(methods);
    }

    /// <summary>Serves no method: what a client is that does not serve calls.</summary>
    public static Dispatcher None { get; } = new(new MethodTable([]), MprpcSerializerOptions.Default, MprpcErrorShape.Message, enableDetailedErrors: false);

    /// <summary>What the peer may call at this moment.</summary>
    public MethodTable Methods => _methods;

    public bool HasMethods => _methods.Methods.Count > 0;

    /// <summary>Answers calls that were refused, failed, or have ended.</summary>
    private CallAnswers Answers { get; }

    /// <summary>Which exceptions mean something to the caller.</summary>
    public ExceptionMap Exceptions
    {
        init => Answers.Exceptions = value;
    }

    /// <summary>What stands before names that no method has; null: nothing.</summary>
    public UnknownMethod? Unknown
    {
        get;
        init
        {
            field = value;
            value?.Answers = Answers;
        }
    }

    /// <summary>Say whose a call is that comes with a credential; null: credentials are metadata like any other.</summary>
    public CallCredentials? Credentials
    {
        get;
        init
        {
            field = value;
            _unknownWithCredential = value is null ? null : new UnknownMethod { Answers = Answers };
        }
    }

    /// <inheritdoc/>
    public FailureLog DisposalFailures { get; } = new();

    /// <inheritdoc/>
    public CallTelemetry? Telemetry
    {
        get => Answers.Telemetry;
        init => Answers.Telemetry = value;
    }

    /// <summary>What is made of the traces that peers send.</summary>
    public TracePolicy Traces { get; init; } = new(MprpcTraceContext.Parent, requiresLogin: false);

    /// <summary>Serves these methods from the next call on; calls that run go on.</summary>
    public void ChangeMethods(MethodTable changed)
    {
        AnswerFor(changed);
        Volatile.Write(ref _methods, changed);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.NoInlining)]      // in the loop its reader would be cleared for each message, and the loop would have too few registers
    public void Dispatch(RpcConnection connection, ReadLoop loop, in ReadOnlyMemory<byte> message, in MessageHead head)
    {
        IncomingCall call = head.Kind == MessageKind.Request
            ? new(connection, head.MessageId, connection.AnswerOrder?.Begin(), loop)
            : new(connection, messageId: null, turn: null, loop);

        RpcMethod? method = head.MethodIsText ? _methods.Find(head.Method) : null;

        if (method is null)
        {
            DispatchOther(call, loop, message, head);
            return;
        }

        if (call.Started != 0 && Telemetry!.Traces)
        {
            DispatchTraced(method, call, loop, message, head.BodyStart, terms: default);
            return;
        }

        Dispatch(method, call, loop, message, head.BodyStart, terms: default);
    }

    /// <inheritdoc/>
    public void RefuseForRoom(in IncomingCall call)
    {
        string message = call.Connection.RunningCalls.LimitReached is ConnectionLimit.CallsInFlightPerConnection
            ? $"This connection has reached its limit of {call.Connection.Limits.MaxRunningCalls} running calls; wait for answers before sending more."
            : "The server has reached its limit of running calls; retry later.";
        RefuseUnread(call, "(any)", new RpcError(RpcErrorKind.Handler, message, ErrorCode.Busy));
    }

    /// <inheritdoc/>
    public bool GoesAhead(in MessageHead head) => _control is null ? head.IsControl : ControlMessages.GoesAhead(head);

    /// <inheritdoc/>
    public void RefuseCancelled(in IncomingCall call)
    {
        RefuseUnread(call, "(any)", new RpcError(RpcErrorKind.Handler, "The call was cancelled before it began.", ErrorCode.Cancelled));
    }

    /// <inheritdoc/>
    public void AnswerTimeout(RpcConnection connection, CallControl control)
    {
        var call = new IncomingCall(connection, control.MessageId, control.Turn, loop: null, control) { Started = control.Started, Span = control.Span };
        Answers.Refuse(call, control.Method, CallAnswers.TookTooLong(control));
    }

    private void AnswerFor(MethodTable methods)
    {
        foreach (RpcMethod method in methods.Methods)
        {
            method.Answers = Answers;
            method.IsControlled = _control is not null && (method.Description.TakesCancellationToken || method.NeedsContext);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]      // the way of each call
    private void Dispatch(RpcMethod method, in IncomingCall call, ReadLoop loop, in ReadOnlyMemory<byte> message, int start, in CallTerms terms)
    {
        if (method.Policy is { } policy)
        {
            bool? isAllowed = policy.IsAuthorizationOnly ? policy.Authorization!.TryAuthorize(call.Connection) : null;

            if (isAllowed is null)
            {
                DispatchGuarded(call, loop, method, message, start, terms);
                return;
            }

            if (isAllowed == false)
            {
                Answers.Refuse(call, method, policy.Authorization!.Denied(call.Connection));
                return;
            }
        }

        int values = start;

        if (!TryReadArguments(method, message.Span, ref values, out int count))
        {
            Answers.Refuse(call, method, DescribeArguments(call, method, message.Span, start));
            return;
        }

        if (method.IsControlled || terms.HasDeadline)
        {
            RunControlled(method, call, loop, message, values, count, terms);
            return;
        }

        loop.Occupant = method;
        Run(method, call, loop, message, values, count);
    }

    private void RunControlled(
        RpcMethod method, in IncomingCall call, ReadLoop loop, in ReadOnlyMemory<byte> message, int values, int count, in CallTerms terms)
    {
        if (method.IsControlled)
        {
            CallControl own = terms.Control(call, method);
            IncomingCall controlled = call.With(own);

            if (method.Description.HasStreams && OpenFed(method, controlled, message.Span, values, count) is { } problem)
            {
                own.End();
                Answers.Refuse(call, method, problem);
                return;
            }

            loop.Occupant = own;
            Run(method, controlled, loop, message, values, count);
            return;
        }

        CallControl control = terms.Control(call, method, loop.TakeControl());
        loop.Occupant = control;
        Run(method, call.With(control), loop, message, values, count);

        // A loop that went on without this thread has listed the call.
        if (control.IsReusable)
        {
            loop.KeepControl(control);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Run(RpcMethod method, in IncomingCall call, ReadLoop loop, in ReadOnlyMemory<byte> message, int values, int count)
    {
        if (method.BlocksItsThread || (call.MessageId is null && call.Connection.NotificationsRunApart))
        {
            RunApart(call, new OffloadedCall(call.WithoutLoop(), method, message.ToArray(), values, count));
            return;
        }

        var parameters = new MprpcReader(message, values, count, _serializer, loop);
        method.Invoke(call, ref parameters);
    }

    private void DispatchGuarded(
        in IncomingCall call, ReadLoop loop, RpcMethod method, ReadOnlyMemory<byte> message, int start, in CallTerms terms)
    {
        int values = start;
        RpcError? invalid = TryReadArguments(method, message.Span, ref values, out int count) ? null : DescribeArguments(call, method, message.Span, start);
        IncomingCall own = call.With(terms.Control(call, method));

        if (_control is not null && method.Description.HasStreams && invalid is null)
        {
            invalid = OpenFed(method, own, message.Span, values, count);        // told to those alone whom the policy lets in
        }

        IncomingCall controlled = own.WithoutLoop();
        var context = new CallContext(controlled, method.WireName);
        var arguments = new CallArguments(message.ToArray(), values, invalid is null ? count : 0, _serializer);
        Start(call, loop, method.Guard(controlled, context, arguments, invalid), terms);
    }

    private void Start(in IncomingCall call, ReadLoop loop, GuardedCall guarded, in CallTerms terms)
    {
        guarded.Credentials = terms.HasCredential ? Credentials : null;
        guarded.Start();

        if (guarded.RpcMethod.BlocksItsThread || (call.MessageId is null && call.Connection.NotificationsRunApart))
        {
            RunApart(call, guarded);
            return;
        }

        loop.Occupant = guarded.RpcMethod;
        loop.EnterUserCode();
        guarded.Execute();
        call.End(call.LeaveUserCode());
    }

    /// <summary>Notifications begin in the order in which they came, whatever runs them (docs/protocol.md 4); requests have threads of their own.</summary>
    private static void RunApart(in IncomingCall call, IThreadPoolWorkItem running)
    {
        if (call.MessageId is null)
        {
            call.Connection.Notifications.Run(running);
        }
        else
        {
            BlockingThreads.Shared.Run(running);
        }
    }

    /// <summary>Whether the params are an array of as many values as the method takes.</summary>
    private static bool TryReadArguments(RpcMethod method, ReadOnlySpan<byte> message, ref int start, out int count)
        => TryReadCount(message, ref start, out count) && count >= method.Description.RequiredParameters && count <= method.Description.MaxParameters;

    /// <summary>Why <see cref="TryReadArguments"/> is false.</summary>
    private static RpcError DescribeArguments(in IncomingCall call, RpcMethod method, ReadOnlySpan<byte> message, int start)
    {
        if (!TryReadCount(message, ref start, out int count))
        {
            return new RpcError(
                RpcErrorKind.InvalidArguments, $"Method '{method.WireName}' takes its params as an array; they came as {Describe(message[start])}.");
        }

        int required = method.Description.RequiredParameters;
        int all = method.Description.MaxParameters;
        string takes = all == int.MaxValue ? $"{required} or more" : required == all ? $"{all}" : $"{required} to {all}";
        string unit = all == 1 ? "param" : "params";
        string came = call.MessageId is { } id ? $"request {id} has {count}" : $"the notification has {count}";
        return new RpcError(RpcErrorKind.InvalidArguments, $"Method '{method.WireName}' takes {takes} {unit}; {came}.");
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
