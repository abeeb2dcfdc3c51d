namespace Mprpc.Fuzz.Targets;

/// <summary>What a stranger must not reach.</summary>
internal sealed class GuardedService
{
    private static long s_calls;

    public static long Calls => Interlocked.Read(ref s_calls);

    [MprpcMethod("guarded")]
    public void Guarded(MprpcRaw value) => Interlocked.Increment(ref s_calls);

    [MprpcMethod("sum")]
    public int Sum(int x, int y)
    {
        Interlocked.Increment(ref s_calls);
        return x + y;
    }
}
