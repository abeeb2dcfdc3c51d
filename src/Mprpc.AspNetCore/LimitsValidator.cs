namespace Mprpc.AspNetCore;

/// <summary>Says what is wrong with limits.</summary>
internal static class LimitsValidator
{
    private const int MaxDepthAllowed = 1024;

    /// <param name="limits">The limits.</param>
    /// <param name="placeOf">Where a limit of this name is set, for errors.</param>
    /// <returns>A message for each limit that is out of its range.</returns>
    public static List<string> Validate(MprpcServerLimits limits, Func<string, string> placeOf)
    {
        List<string> failures = [];
        var ranges = new OptionRanges(failures, placeOf);
        ranges.Check(nameof(limits.MaxMessageSize), limits.MaxMessageSize, 1, Array.MaxLength);
        ranges.Check(nameof(limits.MaxSendMessageSize), limits.MaxSendMessageSize, 1, Array.MaxLength);
        ranges.Check(nameof(limits.MaxUnsentAnswerBytes), limits.MaxUnsentAnswerBytes, 1, int.MaxValue);
        ranges.Check(nameof(limits.MaxPendingPushBytes), limits.MaxPendingPushBytes, 1, int.MaxValue);
        ranges.Check(nameof(limits.MaxGroupsPerConnection), limits.MaxGroupsPerConnection, 1, int.MaxValue);
        ranges.Check(nameof(limits.MaxGroupNameBytes), limits.MaxGroupNameBytes, 1, ushort.MaxValue);
        ranges.Check(nameof(limits.MaxUnsentAnswerBytesTotal), limits.MaxUnsentAnswerBytesTotal, 1, 1L << 40);
        ranges.Check(nameof(limits.MaxDepth), limits.MaxDepth, 2, MaxDepthAllowed);
        ranges.Check(nameof(limits.MaxSendDepth), limits.MaxSendDepth, 2, MaxDepthAllowed);
        ranges.Check(nameof(limits.MaxCallsInFlightPerConnection), limits.MaxCallsInFlightPerConnection, 1, int.MaxValue);
        ranges.Check(nameof(limits.MaxCallsInFlight), limits.MaxCallsInFlight, 1, int.MaxValue);
        ranges.Check(nameof(limits.MaxStreamsPerConnection), limits.MaxStreamsPerConnection, 1, int.MaxValue);
        ranges.Check(nameof(limits.MaxStreamBytes), limits.MaxStreamBytes, 1, int.MaxValue);
        ranges.Check(nameof(limits.MaxStreamBytesTotal), limits.MaxStreamBytesTotal, 1, 1L << 40);
        ranges.Check(nameof(limits.MaxPlainStreamItems), limits.MaxPlainStreamItems, 1, int.MaxValue);
        ranges.Check(nameof(limits.MaxPlainStreamBytes), limits.MaxPlainStreamBytes, 1, Array.MaxLength);
        ranges.Check(nameof(limits.MaxPlainStreamTime), limits.MaxPlainStreamTime, OptionRanges.Infinite);
        ranges.Check(nameof(limits.MinPartialMessageRate), limits.MinPartialMessageRate, 1, int.MaxValue);
        ranges.Check(nameof(limits.PartialMessageTimeout), limits.PartialMessageTimeout, OptionRanges.Infinite);
        ranges.Check(nameof(limits.WriteTimeout), limits.WriteTimeout, OptionRanges.Infinite);
        ranges.Check(nameof(limits.HalfCloseTimeout), limits.HalfCloseTimeout, OptionRanges.Infinite);
        ranges.Check(nameof(limits.IdleTimeout), limits.IdleTimeout ?? Timeout.InfiniteTimeSpan, "null");
        ranges.Check(nameof(limits.MaxConnectionAge), limits.MaxConnectionAge ?? Timeout.InfiniteTimeSpan, "null");
        ranges.Check(nameof(limits.MaxConnectionAgeGrace), limits.MaxConnectionAgeGrace ?? Timeout.InfiniteTimeSpan, "null");
        ranges.Check(nameof(limits.MaxConnections), limits.MaxConnections ?? int.MaxValue, 1, int.MaxValue);
        ranges.Check(nameof(limits.TlsHandshakeTimeout), limits.TlsHandshakeTimeout, OptionRanges.Infinite);
        return failures;
    }
}
