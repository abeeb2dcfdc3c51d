namespace Mprpc.Reliability.Kit;

/// <summary>How much a test does: enough to find a defect in continuous integration, the full count where MPRPC_RELIABILITY is "long".</summary>
internal static class Scale
{
    public static bool IsLong { get; } = string.Equals(Environment.GetEnvironmentVariable("MPRPC_RELIABILITY"), "long", StringComparison.OrdinalIgnoreCase);

    public static int Of(int usual, int full) => IsLong ? full : usual;
}
