using Mprpc.CompilerServices;

namespace Mprpc.Client.Sending;

/// <inheritdoc/>
internal sealed class FilteredCall<T>(FilteredSender sender, string method, MprpcWriter request, MprpcCallOptions options)
    : FilteredCall(sender, method, request, options)
{
    private readonly long _start = sender.Clock.GetTimestamp();
    private T _result = default!;
    private bool _hasResult;

    public override bool IsNotification => false;

    public override Type? ResultType => typeof(T) == typeof(NoValue) ? null : typeof(T);

    public override object? Result
    {
        get => _hasResult && typeof(T) != typeof(NoValue) ? _result : null;
        set => SetResult(Convert(value));
    }

    public override async ValueTask SendAsync()
    {
        MprpcCallOptions call = Options;
        CallSender inside = Sender.Sender;
        TimeSpan timeout = call.Timeout ?? Sender.CallTimeout;

        if (timeout == Timeout.InfiniteTimeSpan)
        {
            SetResult(await inside.SendAsync<T>(Method, Write(), call).ConfigureAwait(false));
            return;
        }

        // The time is the call's, not the attempt's.
        TimeSpan spent = Sender.Clock.GetElapsedTime(_start);

        if (spent >= timeout)
        {
            throw new TimeoutException(
                $"The call of '{Method}' was not sent within {timeout.TotalMilliseconds:N0} ms: its filters, and attempts before, took that long.");
        }

        inside.UseExtensions(call.UsedExtensions);
        SetResult(await inside.SendWhenReadyAsync<T>(Method, Write(), call with { Timeout = timeout - spent }, spent).ConfigureAwait(false));
    }

    /// <summary>The result, when the filters have ended.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public T TakeResult() => _hasResult || typeof(T) == typeof(NoValue)
        ? _result
        : throw new InvalidOperationException(
            $"A filter of the client ended the call of '{Method}' without a result. Await next(call), set call.Result, or throw.");

    private void SetResult(T result)
    {
        _result = result;
        _hasResult = true;
    }

    private static T Convert(object? value) => value switch
    {
        T result => result,
        null when typeof(T) == typeof(NoValue) || default(T) is null => default!,
        _ => throw new ArgumentException(
            typeof(T) == typeof(NoValue)
                ? $"The call has no result; a filter set a {value?.GetType()}. Set none, or null."
                : $"The call's result is a {typeof(T)}; a filter set {(value is null ? "null" : $"a {value.GetType()}")}. Set a {typeof(T)}.",
            nameof(value)),
    };
}
