using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <content>What is not simply a method's name: the protocol's own messages (docs/protocol.md 10), and what nobody knows.</content>
internal sealed partial class Dispatcher
{
    private const string CallName = "$/call";

    /// <summary>What is no method of the application: the protocol's own, or unknown.</summary>
    private void DispatchOther(in IncomingCall call, ReadLoop loop, in ReadOnlyMemory<byte> message, in MessageHead head)
    {
        if (_control is not null && ControlName.Is(head.Method))
        {
            if (head.Method.SequenceEqual(ControlName.Call))
            {
                DispatchCall(call, loop, message, head.BodyStart);
                return;
            }

            if (_control.TryHandle(call, loop, message.Span, head))
            {
                return;
            }
        }

        DispatchUnknown(call, loop, head.Method, head.MethodIsText, head.IsControl, terms: default);
    }

    // docs/protocol.md 10.6: [0, msgid, "$/call", [options, method, params]]
    private void DispatchCall(in IncomingCall call, ReadLoop loop, in ReadOnlyMemory<byte> message, int start)
    {
        if (CallEnvelope.Read(message.Span, start, out CallEnvelope envelope) is { } problem)
        {
            RefuseUnread(call, CallName, new RpcError(RpcErrorKind.InvalidArguments, problem));
            return;
        }

        var terms = new CallTerms(loop.ReadAt, envelope.TimeoutMilliseconds, message[envelope.Metadata])
        {
            HasCredential = Credentials is not null && MetadataReader.Contains(message.Span[envelope.Metadata], CredentialKey.Utf8),
            Credit = envelope.Credit,
        };

        // Before the name is looked at: it does not tell who may not know whether there is such a method.
        if (terms.IsOver(call.Connection.Clock))
        {
            RefuseUnread(call, CallName, new RpcError(
                RpcErrorKind.Handler, $"The {envelope.TimeoutMilliseconds:N0} ms that the caller gave the call were over before it began.", ErrorCode.Timeout));
            return;
        }

        RpcMethod? method = envelope.MethodIsText && !ControlName.Is(envelope.Method) ? _methods.Find(envelope.Method) : null;

        if (method is null)
        {
            DispatchUnknown(call, loop, envelope.Method, envelope.MethodIsText, isControl: false, terms);
            return;
        }

        if (call.Started != 0 && Telemetry!.Traces)
        {
            DispatchTraced(method, call, loop, message, envelope.ParamsStart, terms);
            return;
        }

        DispatchFound(method, call, loop, message, envelope.ParamsStart, terms);
    }

    private void DispatchFound(RpcMethod method, in IncomingCall call, ReadLoop loop, in ReadOnlyMemory<byte> message, int start, in CallTerms terms)
    {
        if (terms.HasCredential)
        {
            DispatchGuarded(call, loop, method, message, start, terms);
        }
        else
        {
            Dispatch(method, call, loop, message, start, terms);
        }
    }

    /// <summary>Answers a call whose method nobody has looked for; on the loop.</summary>
    private void RefuseUnread(in IncomingCall call, string name, in RpcError error)
    {
        Answers.LogRefusal(call, name, error.Message);
        Answers.MeasureOther(call, error);
        Answers.Answer(call, onLoop: true, error);
    }

    private void DispatchUnknown(in IncomingCall call, ReadLoop loop, ReadOnlySpan<byte> method, bool isText, bool isControl, in CallTerms terms)
    {
        if (call.Started != 0 && !isControl && Telemetry!.Traces)
        {
            DispatchUnknownTraced(call, loop, method, isText, terms);
            return;
        }

        RefuseUnknown(call, loop, method, isText, isControl, terms);
    }

    private void RefuseUnknown(in IncomingCall call, ReadLoop loop, ReadOnlySpan<byte> method, bool isText, bool isControl, in CallTerms terms)
    {
        string name = isText ? LogText.Clean(method) : "";
        var error = new RpcError(
            RpcErrorKind.UnknownMethod,
            !isText ? "The method must be a name (str or bin)." : name.Length == 0 ? "The method's name is empty." : $"Method '{name}' not found.");

        // Of the protocol's own notifications nobody is told, and no policy of the application counts them: they may come while there is no room.
        if ((terms.HasCredential ? Unknown ?? _unknownWithCredential : Unknown) is not { } unknown || isControl)
        {
            if (!isControl || call.MessageId is not null)
            {
                Answers.MeasureOther(call, error);
            }

            if (call.MessageId is not null)
            {
                ProtocolLog.MethodNotFound(call.Connection.Logger, call.Connection.Id, name);
                Answers.Answer(call, onLoop: true, error);
            }
            else if (!isControl)
            {
                Answers.LogRefusedNotification(call.Connection, name, error.Message);
            }

            return;
        }

        // With the same deadline as a method: by what becomes of it nobody learns which names there are.
        IncomingCall controlled = call.With(terms.Control(call, unknown)).WithoutLoop();
        var context = new CallContext(controlled, name);
        Start(call, loop, unknown.Guard(controlled, context, new CallArguments([], 0, 0, _serializer), error), terms);
    }
}
