namespace Mprpc.Connections;

/// <summary>A request that waits for its response.</summary>
/// <remarks>It completes once: whoever takes it out of <see cref="InFlightRequests"/> completes it.</remarks>
internal abstract class PendingCall
{
    private CancellationToken _cancellationToken;
    private CancellationTokenRegistration _registration;

    /// <summary>The id under which it is in flight.</summary>
    public int MessageId { get; set; }

    /// <summary>When it times out, as a timestamp of the connection's clock; 0: never.</summary>
    public long Deadline { get; set; }

    /// <summary>The wire name of the method, for errors.</summary>
    public string Method { get; private set; } = "";

    public TimeSpan Timeout { get; private set; }

    public InFlightRequests? InFlight { get; set; }

    public CancellationToken CancellationToken => _cancellationToken;

    /// <summary>Reads the result; a value of the wrong type makes the call fail.</summary>
    public abstract void ReadResult(ref MprpcReader reader);

    public abstract void SetError(Exception exception);

    /// <summary>Lets the caller go on: on this thread, or on another.</summary>
    public abstract void Complete(bool onThisThread);

    public void Fail(Exception exception)
    {
        SetError(exception);
        Complete(onThisThread: false);
    }

    /// <summary>Cancels the call when the token says so; to be called when it is in flight.</summary>
    public void Watch(CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(static call => ((PendingCall)call!).Cancel(), this);
    }

    /// <summary>Ends the watch over a call that was not sent.</summary>
    /// <returns>True, always.</returns>
    public bool Forget()
    {
        Unwatch();
        return true;
    }

    protected void Prepare(string method, TimeSpan timeout)
    {
        Method = method;
        Timeout = timeout;
        Deadline = 0;
    }

    /// <summary>Ends the watch.</summary>
    /// <returns>False where the token's callback runs at this moment: the object must not be used for another call.</returns>
    protected bool Unwatch()
    {
        bool isQuiet = !_cancellationToken.CanBeCanceled || _registration.Unregister();
        _registration = default;
        _cancellationToken = default;
        InFlight = null;
        return isQuiet;
    }

    private void Cancel()
    {
        CancellationToken token = _cancellationToken;

        if (InFlight is { } requests && requests.Remove(this))
        {
            requests.OnGivenUp?.Invoke();
            Fail(new OperationCanceledException($"The call of '{Method}' was cancelled; its answer, if one comes, is ignored.", token));
        }
    }
}
