using Mprpc.Wire;

namespace Mprpc.Dispatch;

/// <summary>Finds out, by the credential in a call's metadata, whose call it is (docs/protocol.md 10.7). Safe for concurrent use.</summary>
internal abstract class CallCredentials
{
    /// <summary>Makes the credential's user the call's (<see cref="CallContext.SetCaller"/>).</summary>
    /// <param name="context">The call's.</param>
    /// <param name="holdPlaceUntil">
    /// Gets what was begun, and may go on when the call is answered: until it has ended the call keeps its place, so that no peer begins any number of them by
    /// cancelling its calls.
    /// </param>
    /// <returns>Null: the call may go on; else what its caller is told, the same whatever method it names.</returns>
    /// <exception cref="OperationCanceledException">The call was cancelled, or its time is up.</exception>
    public abstract ValueTask<RpcError?> CheckAsync(CallContext context, Action<Task> holdPlaceUntil);
}
