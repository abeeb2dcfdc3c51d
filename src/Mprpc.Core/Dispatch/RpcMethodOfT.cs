using System.Runtime.CompilerServices;
using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>Runs a method of <typeparamref name="TService"/>: read the parameters, call, write the answer; top to bottom if the method ends at once.</summary>
internal sealed class RpcMethod<TService, TReturn, TReturned, TResult> : RpcMethod
    where TReturned : struct, IReturned<TReturned, TReturn, TResult>
{
    // Head, nil and the longest encoding of a number.
    private const int SmallAnswer = 32;

    private readonly MprpcTarget<TService> _target;
    private readonly MprpcInvoker<TService, TReturn> _invoker;
    private readonly bool _needsContext;

    public RpcMethod(MprpcMethodDescription description, string wireName, MprpcTarget<TService> target, MprpcInvoker<TService, TReturn> invoker)
        : base(description, wireName)
    {
        _target = target;
        _invoker = invoker;
        _needsContext = description.NeedsContext || target.NeedsContext;

        if (WireType<TResult>.IsSmall)
        {
            SetAnswerSize(SmallAnswer);
        }
    }

    public override bool NeedsContext => _needsContext;

    public override void Invoke(in IncomingCall call, ref MprpcReader parameters)
    {
        RpcConnection connection = call.Connection;
        CallControl? control = call.Control;
        CallContext? context = _needsContext ? new CallContext(call, WireName) : null;
        MprpcWriter? aside = null;
        string? refusal = null;
        TResult result;

        try
        {
            TReturn value = _invoker(_target, ref parameters, context, control is null ? connection.Closed : control.Token);

            if (!parameters.Ended)
            {
                // Apart from the loop the time may have run out before the params were read.
                if (call.TryTakeAnswer())
                {
                    Answers.RefuseArguments(call, this, Description, ref parameters);
                }

                control?.End();
                return;
            }

            TReturned returned = TReturned.From(value);

            if (!returned.IsCompleted)
            {
                AwaitedCall<TReturned, TReturn, TResult>.Start(call.WithoutLoop(), this, Answers, context, returned);
                call.Leave(call.LeaveUserCode());
                return;
            }

            result = returned.GetResult();

            // Formatters of the user's types are user code: they write aside, while the loop may go on without us.
            if (call.MessageId is { } id && !WireType<TResult>.IsWrittenInPlace)
            {
                aside = Answers.Writer.WriteAside(connection, this, id, result, out refusal);
            }
        }
        catch (Exception exception)
        {
            bool holdsLoop = parameters.Ended ? call.LeaveUserCode() : call.Loop is not null;
            Answers.AnswerThrown(call, this, exception, holdsLoop);
            context?.Release(call, holdsLoop);
            call.End(holdsLoop);
            return;
        }

        bool onLoop = call.LeaveUserCode();
        Answer(call, onLoop, result, aside, refusal);
        context?.Release(call, onLoop);
        call.End(onLoop);
    }

    public override GuardedCall Guard(in IncomingCall call, CallContext context, CallArguments arguments, RpcError? invalidArguments)
        => new GuardedCall<TService, TReturn, TReturned, TResult>(call, this, context, arguments, invalidArguments, _target, _invoker);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Answer(in IncomingCall call, bool onLoop, TResult result, MprpcWriter? aside, string? refusal)
    {
        if (call.MessageId is not { } id)
        {
            MeasureNotification(call, onLoop);
            return;
        }

        if (!call.TryTakeAnswer())
        {
            if (aside is not null)
            {
                MprpcWriter.Return(aside);
            }

            return;
        }

        if (aside is null && onLoop && call.Turn is null && WireType<TResult>.IsSmall)
        {
            ResponseWriter.WriteResult(call.Loop!.Batch, id, result);
            Answers.Measure(call, this, status: null, onLoop);
            return;
        }

        AnswerAside(call, onLoop, id, result, aside, refusal);
    }

    private void MeasureNotification(in IncomingCall call, bool onLoop)
    {
        if (call.Started != 0 && call.TryTakeAnswer())
        {
            Answers.Measure(call, this, status: null, onLoop);
        }
    }

    private void AnswerAside(in IncomingCall call, bool onLoop, long id, TResult result, MprpcWriter? aside, string? refusal)
    {
        RpcConnection connection = call.Connection;

        if (aside is null)
        {
            try
            {
                if (onLoop && call.Turn is null)
                {
                    refusal = Answers.Writer.Write(connection, call.Loop!.Batch, this, id, result);
                    Answers.Measure(call, this, refusal, onLoop);
                    return;
                }

                aside = Answers.Writer.WriteAside(connection, this, id, result, out refusal);
            }
            catch (MessagePackSerializationException exception)
            {
                // Text with half a surrogate pair, or more of it than a buffer holds.
                Answers.AnswerFailure(call, this, exception, onLoop);
                return;
            }
        }

        Answers.Measure(call, this, refusal, onLoop);
        connection.Answer(call, onLoop, aside);
    }
}
