namespace Mprpc.Connections;

/// <summary>Which of the requests that are set aside their peer has cancelled. For the holder of the read loop alone.</summary>
/// <remarks>A cancellation is for requests that came before it: a msgid may be used again while others still wait.</remarks>
internal struct CancelledRequests
{
    private Dictionary<long, long>? _before;

    /// <summary>Remembers a cancellation.</summary>
    /// <param name="messageId">The request's number.</param>
    /// <param name="before">The number of the next message to be set aside.</param>
    /// <param name="most">How many may be remembered: as many as there are messages that wait. Any more are of nothing.</param>
    public void Add(long messageId, long before, int most)
    {
        _before ??= [];

        if (_before.Count < most || _before.ContainsKey(messageId))
        {
            _before[messageId] = before;
        }
    }

    /// <summary>Whether a request was cancelled, which is forgotten with it.</summary>
    /// <param name="messageId">Its msgid.</param>
    /// <param name="number">Which of all messages that have been set aside it was.</param>
    public readonly bool Take(long messageId, long number) => _before is not null && _before.Remove(messageId, out long before) && number < before;

    /// <summary>Nothing waits any more.</summary>
    public void Clear() => _before = null;
}
