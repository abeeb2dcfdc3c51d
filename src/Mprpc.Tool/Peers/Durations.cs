using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Mprpc.Tool.Peers;

/// <summary>Times on the command line: <c>500ms</c>, <c>2s</c>, <c>1.5m</c>, <c>1h</c>, or seconds.</summary>
internal static class Durations
{
    private static readonly (string Unit, double Milliseconds)[] _units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

    public static Option<TimeSpan?> Option(string name, string description)
        => new(name) { Description = description, HelpName = "TIME", CustomParser = Parse };

    private static TimeSpan? Parse(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;

        if (TryParse(text, out TimeSpan time))
        {
            return time;
        }

        argument.AddError($"'{text}' is not a time. Write a number above 0 with ms, s, m or h, as 500ms or 2s.");
        return null;
    }

    private static bool TryParse(string text, out TimeSpan time)
    {
        (string unit, double milliseconds) = Array.Find(_units, unit => text.EndsWith(unit.Unit, StringComparison.Ordinal));
        ReadOnlySpan<char> number = text.AsSpan(0, text.Length - (unit?.Length ?? 0));
        bool isNumber = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value);
        double total = value * (unit is null ? 1000 : milliseconds);
        bool isAllowed = isNumber && total is >= 1 and <= int.MaxValue;
        time = isAllowed ? TimeSpan.FromMilliseconds(total) : TimeSpan.Zero;
        return isAllowed;
    }
}
