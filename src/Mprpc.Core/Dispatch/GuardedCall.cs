using System.Diagnostics;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>
/// A call with a credential, or of a method that has a policy: it runs on a copy of its message, apart from the read loop, and answers by itself, once.
/// </summary>
internal abstract class GuardedCall : MprpcInvocation, IThreadPoolWorkItem
{
    private readonly IncomingCall _call;
    private readonly RpcError? _invalidArguments;
    private GuardedPlace? _place;
    private Task? _pending;         // what goes on for the call, though it is answered
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

    /// <summary>Says whose call it is, before anything else of it; null: the connection's. Set before <see cref="Start"/>.</summary>
    public CallCredentials? Credentials { get; set; }

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

        if (Credentials is null)
        {
            SetTimeout();
        }

        if (Credentials is not null || HidesMethods)
        {
            Control.IsHidden = () => Interlocked.Exchange(ref _isAdmitted, 1) == 0;
        }

        Control.Enlist();
    }

    /// <summary>Runs the call, which has been started.</summary>
    public void Execute() => _ = RunAsync();    // owned: it has a place, and answers its own failure

    /// <summary>Whether authorization lets the call in, where its caller is told nothing of the method until then.</summary>
    private bool HidesMethods => RpcMethod.Policy is { Authorization.HidesMethods: true };

    /// <summary>Whether the result is the method's to write: false where neither the method has run nor a filter has set one.</summary>
    protected abstract bool HasResult { get; }

    /// <param name="messageId">The request's.</param>
    /// <param name="refusal">The code of the error that was written in place of the result; null: none was.</param>
    protected abstract MprpcWriter WriteResult(long messageId, out string? refusal);

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
        if (_call.Span is { } span)
        {
            Activity.Current = span;        // also on a thread that is not the loop's; gone when this returns
        }

        try
        {
            if (Credentials is null || await TryCheckAsync(Credentials).ConfigureAwait(false))
            {
                await InvokeAsync().ConfigureAwait(false);
            }

            Answer();
        }
        catch (Exception exception)
        {
            RpcMethod.Answers.AnswerThrown(_call, RpcMethod, exception, onLoop: false);
        }

        Control.End();
        await CallContext.ReleaseAsync().ConfigureAwait(false);

        if (_pending is not null)
        {
            await _pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);      // whoever has begun it hears of its failure
        }

        _place!.End();
    }

    // Without a policy there are only those that have credentials.
    private ValueTask InvokeAsync() => RpcMethod.Policy is { } policy ? policy.InvokeAsync(this) : InvokeMethodAsync();

    private async ValueTask<bool> TryCheckAsync(CallCredentials credentials)
    {
        if (await credentials.CheckAsync(CallContext, pending => _pending = pending).ConfigureAwait(false) is { } refusal)
        {
            Refuse(refusal);
            return false;
        }

        // Not before: by the method's own time nobody whose credential is refused learns that there is the method.
        if (SetTimeout())
        {
            Control.Enlist();
        }

        return HidesMethods || TryAdmit();
    }

    private bool SetTimeout()
    {
        if (RpcMethod.Policy is not { } policy || policy.Timeout == Timeout.InfiniteTimeSpan)
        {
            return false;
        }

        Control.SetDeadline(Connection.Clock.GetTimestamp(), policy.Timeout, isCallers: false);
        return true;
    }

    private void Answer()
    {
        MprpcWriter? answer = null;
        string? tooLarge = null;

        if (Refusal is null)
        {
            if (!HasResult)
            {
                throw new InvalidOperationException(
                    $"A filter of {RpcMethod} ended the call without a result. Await next(call), set call.Result, or throw an MprpcException.");
            }

            // Written before the answer is taken: a result that cannot be written is answered with an error.
            answer = _call.MessageId is { } id ? WriteResult(id, out tooLarge) : null;
        }

        if (!_call.TryTakeAnswer())
        {
            Return(answer);
        }
        else if (Refusal is { } refusal)
        {
            RpcMethod.Answers.Refuse(_call, RpcMethod, refusal);
        }
        else
        {
            RpcMethod.Answers.Measure(_call, RpcMethod, tooLarge, onLoop: false);

            if (answer is not null)
            {
                Connection.Answer(_call, onLoop: false, answer);
            }
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
