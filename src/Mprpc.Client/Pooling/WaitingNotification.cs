using Mprpc.CompilerServices;

namespace Mprpc.Client.Pooling;

/// <summary>A notification that cannot be sent at once. Its task completes when it is on its way.</summary>
internal sealed class WaitingNotification(string method, MprpcWriter message, MprpcMetadata? metadata, bool isServing, bool waitsForReady)
    : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private int _isTaken;
    private bool _isTakenToSend;    // by the sender alone

    /// <summary>The method's wire name, for errors.</summary>
    public string Method => method;

    public MprpcWriter Message => message;

    /// <summary>What the server is told besides; null: nothing.</summary>
    public MprpcMetadata? Metadata => metadata;

    /// <summary>In bytes; the message itself may be gone by the time it is asked for.</summary>
    public int Length { get; } = message.WrittenSpan.Length + (metadata?.Size ?? 0);

    /// <summary>Whether a call of the server's waits for it.</summary>
    public bool IsServing => isServing;

    /// <summary>Whether it waits while the server cannot be reached.</summary>
    public bool WaitsForReady => waitsForReady;

    /// <summary>Decides between who sends it and who gives it up.</summary>
    public bool TryTake() => Interlocked.Exchange(ref _isTaken, 1) == 0;

    /// <summary>The same for who sends it; true again where an attempt to send it has failed.</summary>
    public bool TryTakeToSend() => _isTakenToSend || (_isTakenToSend = TryTake());

    /// <summary>Fails it; where nobody waits for it, nobody is told.</summary>
    public void Fail(Exception exception)
    {
        if (TrySetException(exception))
        {
            _ = Task.Exception;     // observed
        }
    }
}
