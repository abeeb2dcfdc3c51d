using Mprpc.Connections;
using Mprpc.Contracts;
using Mprpc.Messages;

namespace Mprpc.Dispatch;

/// <summary>Runs a method of <typeparamref name="TService"/>: read the parameters, call, write the answer; top to bottom where the method ends at once.</summary>
internal sealed class RpcMethod<TService, TReturn, TReturned, TResult>(
    MprpcMethodDescription description, string wireName, MprpcTarget<TService> target, MprpcInvoker<TService, TReturn> invoker) : RpcMethod(description, wireName)
    where TReturned : struct, IReturned<TReturned, TReturn, TResult>
{
    private readonly bool _needsContext = description.NeedsContext || target.NeedsContext;

    public override bool Invoke(in IncomingCall call, ref MprpcReader parameters)
    {
        RpcConnection connection = call.Connection;
        CallContext? context = _needsContext ? new CallContext(connection, WireName, call.MessageId) : null;
        MprpcWriter? largeAnswer = null;
        TResult result;

        try
        {
            TReturn value = invoker(target, ref parameters, context, connection.Closed);

            if (!parameters.Ended)
            {
                return connection.Dispatcher.RefuseArguments(call, this, ref parameters);
            }

            TReturned returned = TReturned.From(value);

            if (!returned.IsCompleted)
            {
                RunningCall<TReturned, TReturn, TResult>.Start(call.WithoutLoop(), this, context, returned);
                return call.End(call.LeaveUserCode(), this);
            }

            result = returned.GetResult();

            // Formatters of the user's types are user code: they write aside, while the loop may go on without us.
            if (call.MessageId is { } id && !WireType<TResult>.IsWrittenInPlace)
            {
                largeAnswer = connection.Dispatcher.WriteAside(id, result);
            }
        }
        catch (Exception exception)
        {
            bool holdsLoop = parameters.Ended ? call.LeaveUserCode() : call.Loop is not null;
            connection.Dispatcher.AnswerFailure(call, this, exception, holdsLoop);
            return End(call, context, holdsLoop);
        }

        bool onLoop = call.LeaveUserCode();
        Answer(call, onLoop, result, largeAnswer);
        return End(call, context, onLoop);
    }

    public override GuardedCall Guard(in IncomingCall call, CallContext context, CallArguments arguments, RpcError? invalidArguments)
        => new GuardedCall<TService, TReturn, TReturned, TResult>(call, this, context, arguments, invalidArguments, target, invoker);

    private bool End(in IncomingCall call, CallContext? context, bool onLoop) => call.End(context is null ? onLoop : context.Release(call, onLoop), this);

    private static void Answer(in IncomingCall call, bool onLoop, TResult result, MprpcWriter? largeAnswer)
    {
        if (call.MessageId is not { } id)
        {
            return;
        }

        if (largeAnswer is null && onLoop && call.Turn is null)
        {
            ResponseWriter.WriteResult(call.Loop!.Batch, id, result);
            return;
        }

        if (largeAnswer is null)
        {
            largeAnswer = MprpcWriter.Rent(call.Connection.Serializer);
            ResponseWriter.WriteResult(largeAnswer, id, result);
        }

        call.Connection.Answer(call, onLoop, largeAnswer);
    }
}
