using System.Globalization;
using Mprpc.Comparison.Peers;

namespace Mprpc.Comparison;

internal sealed class ComparisonOptions
{
    public const string Usage =
        """
        dotnet run -c Release --project benchmarks/Mprpc.Comparison -- [options]

          --quick             short windows, for a smoke test: under a minute of measuring, figures are rough
          --scenarios A,B     only these
          --systems A,B       only these
          --rounds N          windows a system and scenario (default 7, quick 3)
          --json FILE         a flat array of {scenario, system, metric, median, min, max, unit}
          --markdown FILE     the tables
          --chart FILE        a PNG of calls per second
        """;

    public bool Quick { get; private set; }

    public IReadOnlyList<Scenario> Scenarios { get; private set; } = [];

    public IReadOnlyList<Peer> Systems { get; private set; } = Peer.All;

    public int Rounds { get; private set; }

    public string? JsonFile { get; private set; }

    public string? MarkdownFile { get; private set; }

    public string? ChartFile { get; private set; }

    // performance.md: tiered compilation with profiles needs three seconds to settle.
    public TimeSpan WarmUp => Quick ? TimeSpan.FromMilliseconds(400) : TimeSpan.FromSeconds(3);

    public TimeSpan Window => Quick ? TimeSpan.FromMilliseconds(250) : TimeSpan.FromSeconds(1);

    /// <summary>How many disturbed windows of a system are measured again in a scenario, so that a busy machine cannot make the run endless.</summary>
    public int Repeats => Quick ? 0 : Rounds / 2;

    public int IdleRounds => Quick ? 1 : 3;

    public static ComparisonOptions Parse(ReadOnlySpan<string> arguments)
    {
        var options = new ComparisonOptions();
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i];
            if (name == "--quick")
            {
                options.Quick = true;
                continue;
            }

            if (i + 1 == arguments.Length)
            {
                throw new ArgumentException($"Option '{name}' is unknown or lacks its value.");
            }

            options.Set(name, arguments[++i]);
        }

        if (options.Rounds == 0)
        {
            options.Rounds = options.Quick ? 3 : 7;
        }

        if (options.Scenarios.Count == 0)
        {
            // Ten thousand connections a system take longer than a smoke test may.
            options.Scenarios = [.. Scenario.All.Where(scenario => !options.Quick || scenario.Connections < 10_000)];
        }

        return options;
    }

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "--scenarios":
                Scenarios = [.. value.Split(',').Select(Scenario.Named)];
                break;
            case "--systems":
                Systems = [.. value.Split(',').Select(Peer.Named)];
                break;
            case "--rounds":
                Rounds = int.Parse(value, CultureInfo.InvariantCulture);
                break;
            case "--json":
                JsonFile = value;
                break;
            case "--markdown":
                MarkdownFile = value;
                break;
            case "--chart":
                ChartFile = value;
                break;
            default:
                throw new ArgumentException($"Option '{name}' is unknown.");
        }
    }
}
