using System.Runtime.CompilerServices;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <inheritdoc/>
internal sealed class GuardedCall<TService, TReturn, TReturned, TResult>(
    IncomingCall call, RpcMethod method, CallContext context, CallArguments arguments, RpcError? invalidArguments,
    MprpcTarget<TService> target, MprpcInvoker<TService, TReturn> invoker) : GuardedCall(call, method, context, arguments, invalidArguments)
    where TReturned : struct, IReturned<TReturned, TReturn, TResult>
{
    private TResult _result = default!;
    private bool _hasResult;

    public override object? Result
    {
        get => _hasResult && typeof(TResult) != typeof(NoValue) ? _result : null;
        set => SetResult(Convert(value));
    }

    protected override bool HasResult => _hasResult || typeof(TResult) == typeof(NoValue);

    protected override MprpcWriter WriteResult(long messageId, out string? refusal)
        => RpcMethod.Answers.Writer.WriteAside(Connection, RpcMethod, messageId, _result, out refusal);

    protected override ValueTask InvokeCheckedAsync()
    {
        MprpcReader parameters = Arguments.Read();
        TReturn value = invoker(target, ref parameters, CallContext, CallContext.CancellationToken);

        if (!parameters.Ended)
        {
            Refuse(CallAnswers.DescribeFailure(Connection, RpcMethod, RpcMethod.Description, ref parameters));
            return ValueTask.CompletedTask;
        }

        TReturned returned = TReturned.From(value);

        if (!returned.IsCompleted)
        {
            return FinishAsync(returned);
        }

        SetResult(returned.GetResult());
        return ValueTask.CompletedTask;
    }

    private async ValueTask FinishAsync(TReturned returned) => SetResult(await new Awaitable(returned));

    private void SetResult(TResult result)
    {
        _result = result;
        _hasResult = true;
    }

    private static TResult Convert(object? value) => value switch
    {
        TResult result => result,
        null when typeof(TResult) == typeof(NoValue) || default(TResult) is null => default!,
        _ => throw new ArgumentException(
            $"The method's result is a {typeof(TResult)}; a filter set {(value is null ? "null" : $"a {value.GetType()}")}. "
            + $"Set a {typeof(TResult)}.",
            nameof(value)),
    };

    /// <summary>What the method returned, as the await operator wants it.</summary>
    private readonly struct Awaitable(TReturned returned) : ICriticalNotifyCompletion
    {
        public bool IsCompleted => returned.IsCompleted;

        public Awaitable GetAwaiter() => this;

        public void OnCompleted(Action continuation) => returned.UnsafeOnCompleted(continuation);

        public void UnsafeOnCompleted(Action continuation) => returned.UnsafeOnCompleted(continuation);

        public TResult GetResult() => returned.GetResult();
    }
}
