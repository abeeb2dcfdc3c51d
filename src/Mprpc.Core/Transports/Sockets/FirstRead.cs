using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Threading.Tasks.Sources;

namespace Mprpc.Transports.Sockets;

/// <summary>A read that brings nothing, but completes when there is something for the first time. The socket is added to its poller only when somebody waits:
/// so the code goes on on the poller's thread and on no other. Those of the thread pool are few, and the code that is to run may block them.</summary>
internal sealed class FirstRead(PolledSocket socket) : IValueTaskSource<ReadResult>
{
    public ReadResult GetResult(short token)
    {
        socket.Readable.Set(onThisThread: true);        // it still is
        return new ReadResult(ReadOnlySequence<byte>.Empty, isCanceled: false, isCompleted: false);
    }

    public ValueTaskSourceStatus GetStatus(short token) => ValueTaskSourceStatus.Pending;

    [SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "It is awaited right here, by hand.")]
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        // As the read loop awaits it: not on the SynchronizationContext of the code that has dialled.
        socket.Readable.WaitAsync().ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => continuation(state));
        socket.Begin();
    }
}
