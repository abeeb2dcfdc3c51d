using System.Globalization;

namespace Mprpc.AspNetCore;

/// <summary>Collects which options are out of their range.</summary>
/// <param name="failures">Where the messages go.</param>
/// <param name="placeOf">Where an option of this name is set, for the messages.</param>
internal sealed class OptionRanges(List<string> failures, Func<string, string> placeOf)
{
    public const string Infinite = "Timeout.InfiniteTimeSpan (-00:00:00.001)";

    public void Check(string option, double value, long min, long max)
    {
        if (value < min || value > max)
        {
            failures.Add(string.Create(
                CultureInfo.InvariantCulture, $"{placeOf(option)} is {value:N0}; allowed is {min:N0} to {max:N0}. Leave it out for the default."));
        }
    }

    /// <param name="option">The option.</param>
    /// <param name="value">Its value; infinite is allowed.</param>
    /// <param name="none">How it is written that there is no limit.</param>
    public void Check(string option, TimeSpan value, string none)
    {
        if (value <= TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
        {
            failures.Add($"{placeOf(option)} is {value}; allowed is any positive time, or {none} for no limit. Leave it out for the default.");
        }
    }
}
