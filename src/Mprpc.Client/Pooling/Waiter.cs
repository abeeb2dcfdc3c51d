using Mprpc.Client.Connections;

namespace Mprpc.Client.Pooling;

/// <summary>One that waits for a place on a connection. Completed once, by whoever takes it out of the queue, under the pool's lock.</summary>
internal sealed class Waiter() : TaskCompletionSource<Subchannel>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>Fails the wait; where it has been given up meanwhile, nobody is told.</summary>
    public void Fail(Exception exception)
    {
        SetException(exception);
        _ = Task.Exception;     // observed
    }
}
