namespace Mprpc.Interleavings.Tests.Stepping;

/// <summary>
/// Stands in for Interlocked: one thread of a schedule runs at a time, so that plain reads and writes are atomic, and others may go on before and after.
/// </summary>
internal static class SteppedInterlocked
{
    public static T CompareExchange<T>(ref T location, T value, T comparand)
    {
        SteppedThread.StepCurrent();
        T seen = location;

        if (typeof(T).IsValueType ? EqualityComparer<T>.Default.Equals(seen, comparand) : ReferenceEquals(seen, comparand))
        {
            location = value;
        }

        SteppedThread.StepCurrent();
        return seen;
    }

    public static T Exchange<T>(ref T location, T value)
    {
        SteppedThread.StepCurrent();
        (T seen, location) = (location, value);
        SteppedThread.StepCurrent();
        return seen;
    }

    public static int Increment(ref int location) => Add(ref location, 1);

    public static long Increment(ref long location) => Add(ref location, 1);

    public static int Decrement(ref int location) => Add(ref location, -1);

    public static long Decrement(ref long location) => Add(ref location, -1);

    public static int Add(ref int location, int value)
    {
        SteppedThread.StepCurrent();
        int sum = location += value;
        SteppedThread.StepCurrent();
        return sum;
    }

    public static long Add(ref long location, long value)
    {
        SteppedThread.StepCurrent();
        long sum = location += value;
        SteppedThread.StepCurrent();
        return sum;
    }

    public static uint Or(ref uint location, uint value)
    {
        SteppedThread.StepCurrent();
        uint seen = location;
        location |= value;
        SteppedThread.StepCurrent();
        return seen;
    }

    public static void MemoryBarrier() => SteppedThread.StepCurrent();

    public static void MemoryBarrierProcessWide() => SteppedThread.StepCurrent();
}
