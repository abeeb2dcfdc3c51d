using HdrHistogram;

namespace Mprpc.Tool.Bench;

/// <summary>What has been measured. Safe for concurrent calls.</summary>
internal sealed class Measurement
{
    /// <summary>Values are in tenths of a microsecond: the fastest calls take a few microseconds.</summary>
    public const double UnitsOfAMillisecond = 10_000;

    private const long MaxUnits = 10_000_000L * 3600;   // an hour
    private const int SignificantDigits = 3;

    private readonly Lock _lock = new();
    private readonly LongHistogram _times = new(MaxUnits, SignificantDigits);
    private readonly Dictionary<string, long> _errors = [];

    public void Add(TimeSpan time)
    {
        long units = Math.Clamp(time.Ticks, 1, MaxUnits);

        lock (_lock)
        {
            _times.RecordValue(units);
        }
    }

    public void AddError(string message)
    {
        const int MaxKinds = 20;

        lock (_lock)
        {
            string kind = _errors.Count < MaxKinds || _errors.ContainsKey(message) ? message : "other errors";
            _errors[kind] = _errors.GetValueOrDefault(kind) + 1;
        }
    }

    /// <summary>Takes what another has measured.</summary>
    public void Add(Measurement other)
    {
        (LongHistogram times, Dictionary<string, long> errors) = other.Copy();

        lock (_lock)
        {
            _times.Add(times);

            foreach ((string message, long count) in errors)
            {
                _errors[message] = _errors.GetValueOrDefault(message) + count;
            }
        }
    }

    /// <summary>The times and errors as they are now.</summary>
    public (LongHistogram Times, Dictionary<string, long> Errors) Copy()
    {
        lock (_lock)
        {
            return ((LongHistogram)_times.Copy(), new Dictionary<string, long>(_errors));
        }
    }
}
