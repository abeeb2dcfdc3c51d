namespace Mprpc.Interleavings.Tests.Stepping;

/// <summary>Stands in for Volatile: another thread may go on before and after.</summary>
internal static class SteppedVolatile
{
    public static T Read<T>(ref readonly T location)
    {
        SteppedThread.StepCurrent();
        T value = location;
        SteppedThread.StepCurrent();
        return value;
    }

    public static void Write<T>(ref T location, T value)
    {
        SteppedThread.StepCurrent();
        location = value;
        SteppedThread.StepCurrent();
    }
}
