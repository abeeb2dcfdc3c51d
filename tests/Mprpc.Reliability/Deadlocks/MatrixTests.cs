using System.Diagnostics;
using System.Globalization;

namespace Mprpc.Reliability.Deadlocks;

/// <summary>Two ends of ours never stand still against each other (docs/protocol.md).</summary>
public sealed class MatrixTests
{
    // A standstill takes up to a minute to be seen; some tell enough.
    private const int MostFailures = 6;

    /// <summary>Each in a test of its own, so that a run of the whole can be made in parts.</summary>
    public static TheoryData<string, string, int?> Parts
    {
        get
        {
            TheoryData<string, string, int?> parts = [];

            foreach (int? bufferBytes in new int?[] { null, 4096 })
            {
                foreach (string sockets in new[] { "poller", "portable" })
                {
                    foreach (string transport in new[] { "tcp", "unix", "tls", "ws" })
                    {
                        parts.Add(sockets, transport, bufferBytes);
                    }
                }
            }

            return parts;
        }
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void Ends_WithManyBytesInFlight_NeverStandStill(string sockets, string transport, int? bufferBytes)
    {
        Requirement.IsMet(OperatingSystem.IsLinux(), "There is a poller, and a loader that sets buffers, on Linux alone.");
        using var pair = new PairOfProcesses(sockets, bufferBytes);
        List<string> failures = [];
        var watch = Stopwatch.StartNew();
        int cells = 0;
        double longest = 0;

        foreach (MatrixCell cell in Matrix.Cells(transport, hasSmallBuffers: bufferBytes is not null))
        {
            string outcome = pair.Run(cell);
            string[] words = outcome.Split(' ', 3);
            cells++;
            longest = Math.Max(longest, double.Parse(words[1], CultureInfo.InvariantCulture));

            if (words[0] != "ok")
            {
                failures.Add($"{cell}: {words[^1]}");

                if (failures.Count == MostFailures)
                {
                    break;
                }
            }
        }

        string buffers = bufferBytes is null ? "the system's buffers" : string.Create(CultureInfo.InvariantCulture, $"buffers of {bufferBytes} bytes");
        Assert.True(
            failures.Count == 0,
            $"{failures.Count} of the first {cells} cells with {sockets} sockets and {buffers} failed:\n{string.Join('\n', failures)}");
        Results.Add(
            $"`{nameof(Ends_WithManyBytesInFlight_NeverStandStill)}`, {sockets}, {transport}, {buffers}",
            $"{cells:N0} cells in {watch.Elapsed.TotalSeconds:N0} s, the longest {longest / 1000:N1} s");
    }
}
