namespace Mprpc.Client.Connections;

/// <summary>How long a call that must wait for a connection may still take: the wait counts towards its timeout.</summary>
internal sealed class CallDeadline(TimeProvider clock, TimeSpan timeout, CancellationToken cancellationToken) : IDisposable
{
    private readonly long _start = clock.GetTimestamp();
    private readonly CancellationTokenSource _timeout = new(timeout, clock);
    private CancellationTokenSource? _either;

    /// <summary>Cancelled by the caller, or when the time is up.</summary>
    public CancellationToken Token => (_either ??= CancellationTokenSource.CreateLinkedTokenSource(_timeout.Token, cancellationToken)).Token;

    /// <summary>What is left of the timeout; never zero, which would mean none.</summary>
    public TimeSpan Left
    {
        get
        {
            if (timeout == Timeout.InfiniteTimeSpan)
            {
                return timeout;
            }

            TimeSpan left = timeout - clock.GetElapsedTime(_start);
            return left > TimeSpan.Zero ? left : TimeSpan.FromTicks(1);
        }
    }

    public void Dispose()
    {
        _either?.Dispose();
        _timeout.Dispose();
    }
}
