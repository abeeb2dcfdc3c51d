namespace Mprpc.Comparison;

/// <summary>What one system did in one scenario.</summary>
internal sealed class SystemResult(string system, bool isLimit)
{
    private readonly List<Round> _rounds = [];
    private readonly List<Round> _disturbed = [];

    public string System { get; } = system;

    public bool IsLimit { get; } = isLimit;

    /// <summary>Windows that do not count, because other processes took too much of the machine.</summary>
    public int Dropped { get; private set; }

    public string? Failure { get; set; }

    /// <summary>True where hardly a window was quiet, so that disturbed ones had to stand in.</summary>
    public bool IsDisturbed => _rounds.Count < 2 && _disturbed.Count > 0;

    private IReadOnlyList<Round> Rounds => IsDisturbed ? [.. _rounds, .. _disturbed] : _rounds;

    public void Keep(Round round) => _rounds.Add(round);

    public void Drop(Round round)
    {
        Dropped++;
        _disturbed.Add(round);
    }

    public bool Has(Metric metric) => Failure is null && Rounds.Any(round => round.Values.ContainsKey(metric));

    public Spread Of(Metric metric) => Spread.Of(Rounds.Select(round => round.Values[metric]));

    /// <summary>How many rounds of both count.</summary>
    public int RatioCount(SystemResult other, Metric metric) => Has(metric) && other.Has(metric) ? Ratios(other, metric).Length : 0;

    /// <summary>This system's figure by the other's, round by round: what drifts in both cancels out.</summary>
    public Spread? RatioTo(SystemResult other, Metric metric)
    {
        if (!Has(metric) || !other.Has(metric))
        {
            return null;
        }

        double[] ratios = Ratios(other, metric);
        return ratios.Length > 0 ? Spread.Of(ratios) : null;
    }

    private double[] Ratios(SystemResult other, Metric metric) =>
    [
        .. from mine in Rounds
           join theirs in other.Rounds on mine.Number equals theirs.Number
           where theirs.Values[metric] != 0
           select mine.Values[metric] / theirs.Values[metric],
    ];
}
