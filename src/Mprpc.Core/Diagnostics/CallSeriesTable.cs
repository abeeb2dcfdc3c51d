using System.Collections.Concurrent;

namespace Mprpc.Diagnostics;

/// <summary>The series of methods that are called by their names: so many, and one for all further names. Safe for concurrent use.</summary>
/// <param name="others">What the attributes of each have besides the method.</param>
internal sealed class CallSeriesTable(KeyValuePair<string, object?>[] others)
{
    /// <summary>How many names have a series of their own: a program that makes names of data would make as many series as there are data.</summary>
    public const int MaxNames = 1000;

    private readonly ConcurrentDictionary<string, CallSeries> _series = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly CallSeries _other = new(CallSeries.OtherName, others);
    private volatile bool _isFull;

    /// <summary>The series of a method.</summary>
    public CallSeries Of(string method) => _series.TryGetValue(method, out CallSeries? known) ? known : _isFull ? _other : Add(method);

    private CallSeries Add(string method)
    {
        lock (_gate)
        {
            if (_series.TryGetValue(method, out CallSeries? known))
            {
                return known;
            }

            if (_isFull)
            {
                return _other;
            }

            CallSeries added = _series[method] = new CallSeries(method, others);
            _isFull = _series.Count >= MaxNames;
            return added;
        }
    }
}
