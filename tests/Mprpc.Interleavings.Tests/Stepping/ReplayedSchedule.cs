using System.Globalization;

namespace Mprpc.Interleavings.Tests.Stepping;

/// <summary>A schedule by its name, as <see cref="EachSchedule"/> gave it.</summary>
internal sealed class ReplayedSchedule(string name) : IStrategy
{
    private readonly Dictionary<int, int> _choices = name.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(step => step.Split(':'))
        .ToDictionary(step => int.Parse(step[0], CultureInfo.InvariantCulture), step => int.Parse(step[1], CultureInfo.InvariantCulture));

    private int _position;

    public int Choose(int choices, bool isPreemption) => _choices.GetValueOrDefault(_position++);
}
