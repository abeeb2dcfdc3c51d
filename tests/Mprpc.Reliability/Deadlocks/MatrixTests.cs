using System.Diagnostics;
using System.Globalization;

namespace Mprpc.Reliability.Deadlocks;

/// <summary>Two ends of ours never stand still against each other (docs/protocol.md).</summary>
public sealed class MatrixTests
{
    // A standstill takes up to a minute to be seen; some tell enough.
    private const int MostFailures = 6;

    [Theory]
    [InlineData("poller", null)]
    [InlineData("portable", null)]
    [InlineData("poller", 4096)]
    [InlineData("portable", 4096)]
    public void Ends_WithManyBytesInFlight_NeverStandStill(string sockets, int? bufferBytes)
    {
        Requirement.IsMet(OperatingSystem.IsLinux(), "There is a poller, and a loader that sets buffers, on Linux alone.");
        using var pair = new PairOfProcesses(sockets, bufferBytes);
        List<string> failures = [];
        var watch = Stopwatch.StartNew();
        int cells = 0;
        double longest = 0;

        foreach (MatrixCell cell in Matrix.Cells(hasSmallBuffers: bufferBytes is not null))
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

        Assert.True(
            failures.Count == 0,
            $"{failures.Count} of the first {cells} cells with {sockets} sockets and "
            + $"{bufferBytes?.ToString(CultureInfo.InvariantCulture) ?? "the system's"} buffers failed:\n{string.Join('\n', failures)}");
        Results.Add(
            $"{nameof(Ends_WithManyBytesInFlight_NeverStandStill)}, {sockets}, ",
            $"{(bufferBytes is null ? "the system's buffers" : $"buffers of {bufferBytes} bytes")}",
            $"{cells:N0} cells in {watch.Elapsed.TotalSeconds:N0} s, the longest {longest / 1000:N1} s");
    }
}
