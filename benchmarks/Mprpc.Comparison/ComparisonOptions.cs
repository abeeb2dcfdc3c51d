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
          --systems A,B       only these; mprpc-call is measured only where it stands here
          --rounds N          windows a system and scenario (default 7, quick 3)
          --against FOLDER    this build beside another one: FOLDER is where a build of that commit's Mprpc.Comparison is
          --pairs N           how often both builds are started anew and measured in turns (default 7, quick 2); only with --against
          --one-process       both builds in this process, in turns of 40 ms: tells their ratio to a per cent; only with --against
          --turns N           turns a scenario (default 200, quick 20); only with --one-process
          --busy-core         s2-64 once more while a loop keeps one processor busy
          --json FILE         a flat array of {scenario, system, metric, median, min, max, unit}
          --markdown FILE     the tables
          --chart FILE        a PNG of calls per second
        """;

    public bool Quick { get; private set; }

    public IReadOnlyList<Scenario> Scenarios { get; private set; } = [];

    public IReadOnlyList<Peer> Systems { get; private set; } = [.. Peer.All.Where(peer => !peer.IsVariant)];

    public int Rounds { get; private set; }

    /// <summary>The build that this one is measured beside; null: the peers.</summary>
    public OtherBuildPeer? OtherBuild { get; private set; }

    public int Pairs { get; private set; }

    /// <summary>Whether both builds run in this process.</summary>
    public bool IsOneProcess { get; private set; }

    public int Turns { get; private set; }

    public bool HasBusyCore { get; private set; }

    /// <summary>How often the systems of a scenario are started.</summary>
    public int Starts => OtherBuild is null ? 1 : Pairs;

    /// <summary>How many windows of each follow a start: two of a pair, as A B B A, so that what drifts favours neither.</summary>
    public int RoundsOfStart => OtherBuild is null ? Rounds : 2;

    public string Sampling => OtherBuild is null
        ? $"{Rounds} windows of {Window.TotalSeconds} s a system, in turns"
        : $"{Pairs} pairs of new processes, each with {RoundsOfStart} windows of {Window.TotalSeconds} s, A B B A";

    public string? JsonFile { get; private set; }

    public string? MarkdownFile { get; private set; }

    public string? ChartFile { get; private set; }

    // performance.md: tiered compilation with profiles needs three seconds to settle.
    public TimeSpan WarmUp => Quick ? TimeSpan.FromMilliseconds(400) : TimeSpan.FromSeconds(3);

    public TimeSpan Window => Quick ? TimeSpan.FromMilliseconds(250) : TimeSpan.FromSeconds(1);

    /// <summary>How many disturbed windows of a system are measured again in a scenario, so that a busy machine cannot make the run endless.</summary>
    public int Repeats => Quick ? 0 : Starts * RoundsOfStart / 2;

    public int IdleRounds => OtherBuild is not null ? Pairs : Quick ? 1 : 3;

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

            if (name == "--one-process")
            {
                options.IsOneProcess = true;
                continue;
            }

            if (name == "--busy-core")
            {
                options.HasBusyCore = true;
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

        options.Complete();
        return options;
    }

    private void Complete()
    {
        if (Pairs > 0 && OtherBuild is null)
        {
            throw new ArgumentException("--pairs needs the other build: --against FOLDER.");
        }

        if (IsOneProcess && OtherBuild is null)
        {
            throw new ArgumentException("--one-process needs the other build: --against FOLDER.");
        }

        if (Turns > 0 && !IsOneProcess)
        {
            throw new ArgumentException("--turns is for --one-process.");
        }

        if (Turns == 0)
        {
            Turns = Quick ? 20 : 200;
        }

        if (Pairs == 0)
        {
            Pairs = Quick ? 2 : 7;
        }

        if (OtherBuild is not null)
        {
            Systems = [Peer.Named(Peers.MprpcPeer.SystemName), OtherBuild];
        }

        if (Scenarios.Count == 0)
        {
            // Ten thousand connections a system take longer than a smoke test may.
            Scenarios = [.. Scenario.All.Where(scenario => (!Quick || scenario.Connections < 10_000) && (!IsOneProcess || scenario.Operation != Operation.Idle))];
        }

        if (HasBusyCore)
        {
            Scenarios = [.. Scenarios, Scenario.Named("s2-64").WithBusyCore()];
        }
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
            case "--against":
                OtherBuild = new OtherBuildPeer(value);
                break;
            case "--pairs":
                Pairs = int.Parse(value, CultureInfo.InvariantCulture);
                break;
            case "--turns":
                Turns = int.Parse(value, CultureInfo.InvariantCulture);
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
