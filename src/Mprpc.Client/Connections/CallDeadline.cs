namespace Mprpc.Client.Connections;

/// <summary>How long a call that must wait for a connection may still take: the wait counts towards its timeout.</summary>
/// <param name="clock">The client's clock.</param>
/// <param name="timeout">How long the call may take from now on.</param>
/// <param name="spentBefore">How much of the time that its caller gave it had gone before, for errors.</param>
/// <param name="cancellationToken">The caller's.</param>
internal sealed class CallDeadline(TimeProvider clock, TimeSpan timeout, TimeSpan spentBefore, CancellationToken cancellationToken) : IDisposable
{
    private readonly CallTime _time = new(clock, timeout);
    private readonly CancellationTokenSource _timeout = new(timeout, clock);
    private CancellationTokenSource? _either;

    /// <summary>Cancelled by the caller, or when the time is up.</summary>
    public CancellationToken Token => (_either ??= CancellationTokenSource.CreateLinkedTokenSource(_timeout.Token, cancellationToken)).Token;

    /// <summary>How much of the caller's time has gone.</summary>
    public TimeSpan Spent => spentBefore + _time.Spent;

    /// <summary>What is left of the timeout; never zero, which would mean none.</summary>
    public TimeSpan Left => _time.Left;

    /// <summary>What the caller is told when the time is up before the call could be sent.</summary>
    /// <param name="method">The method's wire name.</param>
    /// <param name="wait">What the call waited for, where no attempt to connect has failed.</param>
    /// <param name="failure">Why the last attempt to connect failed, where the call waited for the next one; else null.</param>
    /// <param name="exception">What ended the wait.</param>
    public TimeoutException NotSent(string method, string wait, MprpcConnectionException? failure, Exception exception)
        => new(
            $"The call of '{method}' was not sent within {(timeout + spentBefore).TotalMilliseconds:N0} ms: "
            + (failure is null ? wait : $"it waited for the server, and the last attempt to connect failed. {failure.Message}"),
            (Exception?)failure ?? exception);

    public void Dispose()
    {
        _either?.Dispose();
        _timeout.Dispose();
    }
}
