using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Streams;

namespace Mprpc.AspNetCore.Clients;

/// <summary>Takes down the one call that a question is. Not safe for concurrent use.</summary>
internal sealed class AskCallInvoker(ClientCalls calls) : MprpcCallInvoker(Timeout.InfiniteTimeSpan)
{
    /// <summary>What was called; null: nothing yet.</summary>
    public Question? Question { get; private set; }

    /// <summary>What the call has returned: a task that never ends.</summary>
    public Task? Returned { get; private set; }

    internal override StreamLimits StreamLimits => calls.StreamLimits;

    public override MprpcWriter BeginCall() => calls.Begin();

    public override void Notify(string method, MprpcWriter notification)
    {
        Drop(notification);
        throw new ArgumentException(
            $"'{method}' is void: a notification, which nobody answers. Call it through All, Group or another target, and ask by a method with a result.");
    }

    internal override void Notify(string method, MprpcWriter notification, MprpcCallOptions options) => Notify(method, notification);

    // The same task, so that it is seen whether it is returned as it is.
    internal override ValueTask WithoutResult(ValueTask<NoValue> call) => new(call.AsTask());

    internal override RpcConnection? TryGetConnection(CancellationToken cancellationToken) => null;

    internal override ValueTask<T> CallWhenReadyAsync<T>(string method, MprpcWriter request, CancellationToken cancellationToken)
        => SendAsync<T>(method, request, cancellationToken);

    internal override ValueTask<T> SendAsync<T>(string method, MprpcWriter request, MprpcCallOptions options)
    {
        if (Question is not null)
        {
            Drop(request);
            throw new ArgumentException($"The question calls '{Question.Method}' and '{method}'; it is one call. Ask twice.");
        }

        Question = Question.Take(method, request, options);
        Task<T> never = new TaskCompletionSource<T>().Task;
        Returned = never;
        return new ValueTask<T>(never);
    }
}
