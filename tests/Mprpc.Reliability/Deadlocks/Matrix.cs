using System.Globalization;

namespace Mprpc.Reliability.Deadlocks;

/// <summary>Payload x calls in flight x direction, of one transport.</summary>
internal static class Matrix
{
    // What the issue of a standstill is about: more than the buffers of two sockets hold. Beyond it, a run takes memory and no further way.
    private const long MostBytes = 64 * 1024 * 1024;

    private static readonly int[] s_payloads = [1_000, 16_000, 64_000, 200_000, 256 * 1024, 1_000_000, 4_000_000];
    private static readonly int[] s_inFlight = [1, 4, 16, 64, 100, 256, 512];

    // Each payload and each number in flight once, and those that stood still first.
    private static readonly (int Payload, int InFlight)[] s_few =
    [
        (1_000, 512), (16_000, 256), (64_000, 4), (200_000, 100), (256 * 1024, 64), (1_000_000, 16), (4_000_000, 1), (4_000_000, 16),
    ];

    // With small buffers each byte costs many times as much, and little stands still already.
    private static readonly (int Payload, int InFlight)[] s_fewForSmallBuffers =
    [
        (1_000, 512), (16_000, 64), (64_000, 4), (200_000, 16), (1_000_000, 4), (4_000_000, 1),
    ];

    /// <summary>How often each cell of the whole matrix runs, as MPRPC_MATRIX says; 0: the usual run, a selection that covers it, once.</summary>
    public static int Times { get; } = int.TryParse(Environment.GetEnvironmentVariable("MPRPC_MATRIX"), CultureInfo.InvariantCulture, out int times)
        ? times
        : 0;

    public static IEnumerable<MatrixCell> Cells(string transport, bool hasSmallBuffers)
    {
        IEnumerable<(int Payload, int InFlight)> loads = Times == 0
            ? hasSmallBuffers ? s_fewForSmallBuffers : s_few
            : from payload in s_payloads from inFlight in s_inFlight where (long)payload * inFlight <= MostBytes select (payload, inFlight);

        return from time in Enumerable.Range(0, Math.Max(1, Times))
               from load in loads
               from isBothWays in new[] { false, true }
               select new MatrixCell(transport, isBothWays, load.Payload, load.InFlight);
    }
}
