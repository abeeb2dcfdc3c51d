using System.Net.Sockets;
using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>Plays S cases against a running server that offers the conformance service.</summary>
/// <remarks>Safe for concurrent use: every case, and every way to cut one, has a connection of its own.</remarks>
public static class ServerCaseRunner
{
    // Cuts run side by side; more than a few at once would only queue on a small machine.
    private const int CutsAtOnce = 8;

    // An id that no case uses, so that a late answer to a case is not taken for the probe's.
    private const string Probe = "94 00 7e SUM";
    private const string ProbeAnswer = "94 01 7e c0 03";

    // Where only who has logged in may call.
    private const string Ping = "94 00 7e PING 90";
    private const string PingAnswer = "94 01 7e c0 c0";

    /// <summary>Runs the case, in every way that the mode cuts it; the first way that fails is the result.</summary>
    /// <param name="endpoint">tcp://host:port or unix:///path of a listener with the case's profile.</param>
    public static async Task<CaseResult> RunAsync(Uri endpoint, ServerCase serverCase, SplitMode mode, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(serverCase);

        // S13 is "byte by byte" by its own definition.
        SplitMode effective = serverCase.Id == "S13" && mode == SplitMode.Whole ? SplitMode.ByteByByte : mode;
        IReadOnlyList<int>[] ways = [.. Pieces.WaysToCut(serverCase.Bytes.Length, effective)];
        var results = new string?[ways.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = CutsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, ways.Length, options, async (i, token) =>
            results[i] = await RunOnceAsync(endpoint, serverCase, ways[i], token));

        int failed = Array.FindIndex(results, wrong => wrong is not null);
        string where = effective == SplitMode.EachOffset && failed >= 0 ? $" (cut after {ways[failed][0]} bytes)" : "";
        return failed < 0
            ? new CaseResult(serverCase.Id, CaseVerdict.Pass, serverCase.Expects.Text, "as expected")
            : new CaseResult(serverCase.Id, CaseVerdict.Fail, serverCase.Expects.Text, results[failed] + where);
    }

    private static async Task<string?> RunOnceAsync(Uri endpoint, ServerCase serverCase, IReadOnlyList<int> pieces, CancellationToken cancellationToken)
    {
        try
        {
            using WireSocket socket = await WireSocket.ConnectAsync(endpoint, cancellationToken);
            Task sending = socket.SendAsync(serverCase.Bytes, pieces, cancellationToken);
            if (serverCase.Fin)
            {
                await sending;
                socket.FinishSending();
            }

            // Reads while it sends: a large echo would otherwise fill both directions and stop.
            string? wrong = await serverCase.Expects.VerifyAsync(socket);
            await sending;
            return wrong ?? await VerifyAfterwardsAsync(endpoint, serverCase, socket, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or SocketException or FormatException)
        {
            return e.Message;
        }
    }

    private static async Task<string?> VerifyAfterwardsAsync(Uri endpoint, ServerCase serverCase, WireSocket socket, CancellationToken cancellationToken)
    {
        if (serverCase.Expects.StaysOpen)
        {
            return await ProbeAsync(socket, serverCase.Profile, cancellationToken) is string wrong ? $"as expected, then instead of an answer to S1: {wrong}"
                : null;
        }

        using WireSocket other = await WireSocket.ConnectAsync(endpoint, cancellationToken);
        return await ProbeAsync(other, serverCase.Profile, cancellationToken) is string harm ? $"as expected, but another connection got: {harm}" : null;
    }

    private static async Task<string?> ProbeAsync(WireSocket socket, Profile profile, CancellationToken cancellationToken)
    {
        (string question, string answer) = profile == Profile.RequiresLogin ? (Ping, PingAnswer) : (Probe, ProbeAnswer);
        byte[] probe = Hex.Parse(question);
        await socket.SendAsync(probe, [probe.Length], cancellationToken);
        return await new Answers(true, answer).VerifyAsync(socket);
    }
}
