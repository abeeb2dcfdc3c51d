namespace Mprpc.Interleavings.Tests.Stepping;

/// <summary>A schedule that its seed determines: also how often it interrupts, from every second step to every fortieth.</summary>
internal sealed class RandomSchedule : IStrategy
{
    private readonly Random _random;
    private readonly int _stretch;

    public RandomSchedule(int seed)
    {
        _random = new Random(seed);
        _stretch = _random.Next(2, 40);
    }

    public int Choose(int choices, bool isPreemption)
        => !isPreemption ? _random.Next(choices)
            : _random.Next(_stretch) > 0 ? 0
            : _random.Next(1, choices);
}
