using System.Globalization;

namespace Mprpc.Reliability.Deadlocks;

/// <summary>A place of the matrix: one connection on which so many calls of such a size are in flight.</summary>
internal sealed record MatrixCell(string Transport, bool IsBothWays, int Payload, int InFlight)
{
    // Without the end of any call. How long a cell takes says only how busy the machine is.
    private const int StillSeconds = 60;

    public long Bytes => (long)Payload * InFlight;

    /// <summary>As tests/Mprpc.Reliability.Pair reads it: each place is used twice, so that each call has a follower.</summary>
    public string Line(string url)
        => string.Create(CultureInfo.InvariantCulture, $"{url} {(IsBothWays ? "both" : "one")} {Payload} {InFlight} {InFlight * 2} {StillSeconds}");

    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{Transport}, {(IsBothWays ? "both ways" : "one way")}, {Payload:N0} B x {InFlight}");
}
