using System.Collections.Concurrent;

namespace Mprpc.Diagnostics;

/// <summary>The attributes of the calls of one method, made once, so that no call makes any. Safe for concurrent use.</summary>
/// <param name="method">The method's wire name, which this side has chosen; never one that a peer has sent.</param>
/// <param name="others">What stands behind it; empty: nothing.</param>
internal sealed class CallSeries(string method, KeyValuePair<string, object?>[] others)
{
    /// <summary>In the place of names that are not to make a series.</summary>
    public const string OtherName = "_OTHER";

    // Small: there is one for each method, and most have few errors, or none.
    private readonly ConcurrentDictionary<(string? Status, string Error), KeyValuePair<string, object?>[]> _failed = new(concurrencyLevel: 1, capacity: 1);

    public CallSeries(string method)
        : this(method, [])
    {
    }

    /// <summary>The series of all methods that are not known.</summary>
    public static CallSeries Other { get; } = new(OtherName);

    public string Method => method;

    /// <summary>What the span of such a call is called; the convention has the system's name where the method is not known.</summary>
    public string SpanName => method == OtherName ? CallAttributes.SystemName : method;

    /// <summary>The attributes of calls that succeeded, and those that a call's span begins with.</summary>
    public KeyValuePair<string, object?>[] Succeeded { get; } =
    [
        new(CallAttributes.System, CallAttributes.SystemName),
        new(CallAttributes.Method, method),
        .. others,
    ];

    /// <summary>The attributes of calls that failed.</summary>
    /// <param name="status">The code of the answer; null: there was none.</param>
    /// <param name="error">The kind of the error. Both are of a bounded number.</param>
    public KeyValuePair<string, object?>[] Failed(string? status, string error)
        => _failed.TryGetValue((status, error), out KeyValuePair<string, object?>[]? known)
            ? known
            : _failed.GetOrAdd((status, error), static (key, succeeded) => Describe(key.Status, key.Error, succeeded), Succeeded);

    private static KeyValuePair<string, object?>[] Describe(string? status, string error, KeyValuePair<string, object?>[] succeeded) => status is null
        ? [.. succeeded, new(CallAttributes.Error, error)]
        : [.. succeeded, new(CallAttributes.Error, error), new(CallAttributes.Status, status)];
}
