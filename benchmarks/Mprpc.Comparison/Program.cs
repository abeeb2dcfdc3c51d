using System.Net;
using Mprpc.Comparison;
using Mprpc.Comparison.OneProcess;
using Mprpc.Comparison.Peers;
using Mprpc.Comparison.Report;
using Mprpc.Comparison.Roles;

// One program, three roles: the parent starts a server and a client process for each system, and only they make and answer calls.
switch (args)
{
    case ["serve", string system]:
        ServerRole.Run(Peer.Named(system));
        return 0;
    case ["drive", string system, string scenario, string server]:
        ClientRole.Run(Peer.Named(system), Scenario.Named(scenario), IPEndPoint.Parse(server));
        return 0;
    case ["spin"]:
        BusyCore.Run();
        return 0;
    case ["--help"]:
        Console.WriteLine(ComparisonOptions.Usage);
        return 0;
    default:
        return CompareAsync().GetAwaiter().GetResult();
}

async Task<int> CompareAsync()
{
    ComparisonOptions options;
    try
    {
        options = ComparisonOptions.Parse(args);
    }
    catch (Exception exception) when (exception is ArgumentException or FormatException)
    {
        Console.Error.WriteLine(exception.Message);
        Console.Error.WriteLine(ComparisonOptions.Usage);
        return 2;
    }

    if (options is { IsOneProcess: true, OtherBuild: { } other })
    {
        await CompareInOneProcessAsync(options, other);
        return 0;
    }

    var results = new List<ScenarioResult>();
    foreach (Scenario scenario in options.Scenarios)
    {
        ScenarioResult result = scenario.Operation == Operation.Idle
            ? await new IdleComparison(scenario, options).RunAsync()
            : await RunLoadAsync(scenario, options);
        results.Add(result);
        Console.WriteLine(MarkdownReport.Table(result));
    }

    Console.WriteLine(options.OtherBuild is null ? MarkdownReport.Summary(results) : PairReport.Summary(results));
    if (options.JsonFile is not null)
    {
        await JsonReport.WriteAsync(options.JsonFile, results);
    }

    if (options.MarkdownFile is not null)
    {
        await File.WriteAllTextAsync(options.MarkdownFile, MarkdownReport.Document(results, options));
    }

    if (options.ChartFile is not null)
    {
        ChartReport.Write(options.ChartFile, results);
    }

    return results.Any(result => result.Systems.Any(system => system.Failure is not null)) ? 1 : 0;
}

static async Task CompareInOneProcessAsync(ComparisonOptions options, OtherBuildPeer other)
{
    // This build is loaded as the other is, so that nothing but the code differs.
    var comparison = new OneProcessComparison(new LoadedBuild(typeof(Scenario).Assembly.Location), new LoadedBuild(other.Program), options.Turns);
    var results = new List<TurnsResult>();

    foreach (Scenario scenario in options.Scenarios)
    {
        results.Add(await comparison.RunAsync(scenario));
    }

    Console.WriteLine(TurnsReport.Summary(results));
}

static async Task<ScenarioResult> RunLoadAsync(Scenario scenario, ComparisonOptions options)
{
    await using ChildProcess? busy = scenario.HasBusyCore ? BusyCore.Start() : null;
    return await new LoadComparison(scenario, options, busy?.Id).RunAsync();
}
