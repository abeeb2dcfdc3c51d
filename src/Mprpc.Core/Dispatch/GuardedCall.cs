using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>A call of a method that has a policy: it runs on a copy of its message, apart from the read loop, and answers by itself, once.</summary>
internal abstract class GuardedCall : MprpcInvocation, IThreadPoolWorkItem
{
    private readonly IncomingCall _call;
    private readonly RpcError? _invalidArguments;
    private GuardedPlace? _place;
    private int _isAdmitted;        // or its time has run out before

    protected GuardedCall(IncomingCall call, RpcMethod method, CallContext context, CallArguments arguments, RpcError? invalidArguments)
    {
        CallContext = context;
        RpcMethod = method;
        Arguments = arguments;
        _call = call;
        _invalidArguments = invalidArguments;
    }

    public sealed override MprpcCallContext Context => CallContext;

    public sealed override IReadOnlyList<object> Metadata => RpcMethod.Metadata;

    public sealed override IReadOnlyList<MprpcParameterInfo> Parameters => RpcMethod.Parameters;

    public sealed override int ArgumentCount => Arguments.Count;

    public CallContext CallContext { get; }

    public RpcMethod RpcMethod { get; }

    protected CallArguments Arguments { get; }

    /// <summary>What the caller is told in place of a result, if the call was refused.</summary>
    private RpcError? Refusal { get; set; }

    public sealed override object? GetArgument(int index)
        => _invalidArguments is { } invalid ? throw new InvalidArgumentsException(invalid.Message) : Arguments.Get(index, RpcMethod);

    public sealed override T GetArgument<T>(int index) => Arguments.Get<T>(index, RpcMethod);

    public sealed override void SetArgument<T>(int index, T value)
        => Arguments.Set(index, value, RpcMethod.WireName, RpcMethod.Description.MaxParameters, RpcMethod.Description.Details.Arguments);

    /// <summary>Answers with an error, without the price of an exception.</summary>
    public void Refuse(in RpcError error) => Refusal = error;

    /// <summary>Lets the call in, where until then its caller is told nothing of the method; refuses it if its time has run out.</summary>
    public bool TryAdmit()
    {
        if (Interlocked.Exchange(ref _isAdmitted, 1) == 0)
        {
            return true;
        }

        Refuse(CallAnswers.TookTooLong(Control));
        return false;
    }

    protected RpcConnection Connection => _call.Connection;

    private CallControl Control => _call.Control!;

    /// <summary>
    /// Takes a place, which is given back when the method has ended and what it has made is disposed. From here on the call's time runs, and it can be
    /// cancelled.
    /// </summary>
    public void Start()
    {
        _place = GuardedPlace.Begin(_call, RpcMethod);
        MethodPolicy policy = RpcMethod.Policy!;

        if (policy.Timeout != Timeout.InfiniteTimeSpan)
        {
            Control.SetDeadline(Connection.Clock.GetTimestamp(), policy.Timeout, isCallers: false);
        }

        if (policy.Authorization is { HidesMethods: true })
        {
            Control.IsHidden = () => Interlocked.Exchange(ref _isAdmitted, 1) == 0;
        }

        Control.Enlist();
    }

    /// <summary>Runs the call, which has been started.</summary>
    public void Execute() => _ = RunAsync();    // owned: it has a place, and answers its own failure

    /// <summary>Whether the result is the method's to write: false where neither the method has run nor a filter has set one.</summary>
    protected abstract bool HasResult { get; }

    protected abstract MprpcWriter WriteResult(long messageId);

    /// <summary>Runs the method, whose arguments are known to be as many as it takes.</summary>
    protected abstract ValueTask InvokeCheckedAsync();

    /// <summary>Runs the method.</summary>
    public ValueTask InvokeMethodAsync()
    {
        if (_invalidArguments is { } invalid)
        {
            Refuse(invalid);
            return ValueTask.CompletedTask;
        }

        return InvokeCheckedAsync();
    }

    private async Task RunAsync()
    {
        try
        {
            await RpcMethod.Policy!.InvokeAsync(this).ConfigureAwait(false);
            Answer();
        }
        catch (Exception exception)
        {
            RpcMethod.Answers.AnswerThrown(_call, RpcMethod, exception, onLoop: false);
        }

        Control.End();
        await CallContext.ReleaseAsync().ConfigureAwait(false);
        _place!.End();
    }

    private void Answer()
    {
        MprpcWriter? answer = null;

        if (Refusal is null)
        {
            if (!HasResult)
            {
                throw new InvalidOperationException(
                    $"A filter of {RpcMethod} ended the call without a result. Await next(call), set call.Result, or throw an MprpcException.");
            }

            // Written before the answer is taken: a result that cannot be written is answered with an error.
            answer = _call.MessageId is { } id ? WriteResult(id) : null;
        }

        if (!_call.TryTakeAnswer())
        {
            Return(answer);
        }
        else if (Refusal is { } refusal)
        {
            RpcMethod.Answers.Refuse(_call, RpcMethod, refusal);
        }
        else if (answer is not null)
        {
            Connection.Answer(_call, onLoop: false, answer);
        }
    }

    private static void Return(MprpcWriter? answer)
    {
        if (answer is not null)
        {
            MprpcWriter.Return(answer);
        }
    }

    /// <summary>The call's place: filters see the call itself, as something else.</summary>
    private sealed class GuardedPlace(RunningCalls calls) : RunningCall
    {
        public override RunningCalls Calls => calls;

        public static GuardedPlace Begin(in IncomingCall call, RpcMethod method)
        {
            var place = new GuardedPlace(call.Connection.RunningCalls) { Method = method };
            place.Begin();
            return place;
        }
    }
}
