namespace Mprpc.Streams;

/// <summary>How far the flush of a pump is, to which it leaves items while it waits for its source.</summary>
internal enum PumpFlush
{
    None,

    /// <summary>It comes if the source is not back in time.</summary>
    Delayed,

    Queued,

    Sending,
}
