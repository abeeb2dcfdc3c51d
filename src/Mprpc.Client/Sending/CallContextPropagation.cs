using Mprpc.Dispatch;

namespace Mprpc.Client.Sending;

/// <summary>
/// Gives a call that is made for a call which is being served what is left of that one's time, its cancellation and its trace; a notification, which nobody
/// waits for, the trace alone. What is sent for none stays as it is.
/// </summary>
/// <param name="callTimeout">How long a call of the client may take that does not say itself.</param>
internal sealed class CallContextPropagation(TimeSpan callTimeout) : IMprpcClientFilter
{
    public ValueTask InvokeAsync(MprpcClientInvocation call, MprpcClientFilterDelegate next)
    {
        if (AmbientCall.Context is not { } served)
        {
            return next(call);
        }

        if (!call.IsNotification)
        {
            return CallWithinAsync(served, call, next);
        }

        call.Options = call.Options with { Metadata = TraceMetadata.Add(call.Options.Metadata, served.Metadata) };
        return next(call);
    }

    private async ValueTask CallWithinAsync(MprpcCallContext served, MprpcClientInvocation call, MprpcClientFilterDelegate next)
    {
        MprpcCallOptions own = call.Options;
        CancellationToken outer = served.CancellationToken;
        using CancellationTokenSource? either = own.CancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(own.CancellationToken, outer)
            : null;

        call.Options = own with
        {
            Timeout = Lower(own.Timeout, served, call),
            CancellationToken = either?.Token ?? outer,
            Metadata = TraceMetadata.Add(own.Metadata, served.Metadata),
        };

        try
        {
            await next(call).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (either is not null && exception.CancellationToken == either.Token)
        {
            // The caller knows its own token.
            throw new OperationCanceledException(
                exception.Message, exception, own.CancellationToken.IsCancellationRequested ? own.CancellationToken : outer);
        }
    }

    private TimeSpan? Lower(TimeSpan? own, MprpcCallContext served, MprpcClientInvocation call)
    {
        TimeSpan left = served.TimeLeft;

        if (left == TimeSpan.Zero)
        {
            throw new TimeoutException($"The call of '{call.Method}' was not sent: the time of the call of '{served.Method}' that it is made for is over.");
        }

        TimeSpan timeout = own ?? callTimeout;
        bool isSooner = left != Timeout.InfiniteTimeSpan && left <= MprpcCallOptions.LongestTimeout
            && (timeout == Timeout.InfiniteTimeSpan || left < timeout);
        return isSooner ? left : own;
    }
}
