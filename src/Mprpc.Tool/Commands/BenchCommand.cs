using System.CommandLine;
using Mprpc.Tool.Bench;
using Mprpc.Tool.Descriptions;
using Mprpc.Tool.Output;
using Mprpc.Tool.Peers;

namespace Mprpc.Tool.Commands;

/// <summary><c>mprpc bench URL METHOD [ARG..]</c></summary>
internal sealed class BenchCommand : ToolCommand
{
    private const int MaxCallers = 100_000;

    private readonly PeerOptions _peer = new();
    private readonly ArgumentOptions _call = new();
    private readonly Option<OutputMode> _output = OutputOption.Create();
    private readonly Option<int?> _connections = new("--connections") { Description = "How many connections. Default: 1.", HelpName = "N" };
    private readonly Option<int?> _inFlight = new("--in-flight") { Description = "How many calls at once on each connection. Default: 1.", HelpName = "N" };
    private readonly Option<TimeSpan?> _duration = Durations.Option("--duration", "How long to measure. Default: 10s.");
    private readonly Option<TimeSpan?> _warmUp = Durations.Option("--warm-up", "How long to call before it is measured. Default: 1s.");

    private readonly Option<double?> _rate = new("--rate")
    {
        Description = "Calls a second, on all connections together. Default: as many as there are answers.",
        HelpName = "N",
    };

    public BenchCommand()
        : base("bench", "Calls a method again and again, and measures how long that takes.")
    {
        _peer.AddTo(this);
        _call.AddTo(this);
        Options.Add(_output);
        Options.Add(_connections);
        Options.Add(_inFlight);
        Options.Add(_duration);
        Options.Add(_warmUp);
        Options.Add(_rate);
        MethodCompletion.AddTo(_call.Method, _peer.Url);
        Validators.Add(result =>
        {
            (int connections, int inFlight) = (result.GetValue(_connections) ?? 1, result.GetValue(_inFlight) ?? 1);

            if (connections < 1 || inFlight < 1 || (long)connections * inFlight > MaxCallers)
            {
                result.AddError($"--connections and --in-flight take 1 or more, and at most {MaxCallers} together; not {connections} times {inFlight}.");
            }

            if (result.GetValue(_rate) is { } rate && rate is not (> 0 and <= 1e9))
            {
                result.AddError($"--rate takes a number above 0, up to 1000000000; not {rate}.");
            }
        });
    }

    protected override async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        PeerSettings settings = _peer.Read(parsed);
        string method = parsed.GetRequiredValue(_call.Method);
        var plan = new LoadPlan(
            parsed.GetValue(_connections) ?? 1,
            parsed.GetValue(_inFlight) ?? 1,
            parsed.GetValue(_warmUp) ?? TimeSpan.FromSeconds(1),
            parsed.GetValue(_duration) ?? TimeSpan.FromSeconds(10),
            parsed.GetValue(_rate));
        List<Peer> peers = [];

        try
        {
            for (int i = 0; i < plan.Connections; i++)
            {
                peers.Add(await Peer.ConnectAsync(settings, cancellationToken));
            }

            (MethodDescription Method, ServerDescription Server)? known = await peers[0].TryDescribeAsync(method, cancellationToken);
            object?[] arguments = peers[0].Encode(_call.Arguments(parsed), _call.Mode(parsed), known?.Method, known?.Server.Types);

            // A call that cannot work is an error with its exit code, not ten seconds of errors.
            await peers[0].Client.CallAsync<MprpcRaw>(method, cancellationToken, arguments);
            await MeasureAsync(new Load([.. peers.Select(peer => peer.Client)], method, arguments, plan), plan, parsed, terminal, cancellationToken);
            return cancellationToken.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Success;
        }
        finally
        {
            foreach (Peer peer in peers)
            {
                await peer.DisposeAsync();
            }
        }
    }

    private async Task MeasureAsync(Load load, LoadPlan plan, ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        Task<TimeSpan> running = load.RunAsync(cancellationToken);
        await LiveLine.ShowAsync(load, plan, running);
        var report = new LoadReport(plan, await running, load.Total());

        if (parsed.GetValue(_output) is OutputMode.Json)
        {
            terminal.WriteLine(report.Json());
            return;
        }

        foreach (string line in report.Lines())
        {
            terminal.WriteLine(line);
        }
    }
}
