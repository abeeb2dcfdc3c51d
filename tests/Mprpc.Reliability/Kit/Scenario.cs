using System.Diagnostics;
using System.Globalization;

namespace Mprpc.Reliability.Kit;

/// <summary>A server with its canary, and how both were before: what a test does to the server must leave both as they were.</summary>
internal sealed class Scenario : IAsyncDisposable
{
    // What is promised is 100 ms (docs/reliability.md has the figures of a quiet machine). A busy machine keeps any process waiting, so that a run there is
    // held to this, or to as much more than before the attack.
    private const double LongestP99 = 1_000;
    private const double GrowthOfP99 = 20;

    // The runtime opens some late: libraries, timers, what it reads of the machine.
    private const int FilesOfTheRuntime = 8;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    private readonly string _test;
    private readonly Canary _canary;
    private readonly ProcessFigures _before;
    private readonly double _p99Before;

    private Scenario(string test, ServerProcess server, Canary canary, ProcessFigures before, double p99Before)
    {
        _test = test;
        Server = server;
        _canary = canary;
        _before = before;
        _p99Before = p99Before;
    }

    public ServerProcess Server { get; }

    public ProcessFigures Before => _before;

    public static async Task<Scenario> StartAsync(string test, ServerProcess server)
    {
        try
        {
            await server.AskAsync<int>("running");      // what is loaded and made once is there then
            var canary = new Canary(server.EndPoint.Port);
            await Task.Delay(WarmUp);
            double p99 = canary.Take().P99;
            await Bounded.Until(() => canary.Count > 0 || canary.Error is not null, "the canary's call");
            return new Scenario(test, server, canary, server.Figures, p99);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public static async Task<Scenario> StartAsync(string test, params string[] settings) => await StartAsync(test, await ServerProcess.StartAsync(settings));

    /// <summary>Ends the test, with figures in several pieces.</summary>
    public Task EndAsync(params FormattableString[] figures) => EndAsync($"{string.Concat(figures.Select(FormattableString.Invariant))}");

    /// <summary>Ends the test: nobody else has noticed anything, and nothing has been left behind.</summary>
    /// <param name="figures">What the test itself has measured.</param>
    /// <param name="isServerFull">Whether the server was full, so that nobody's calls were read.</param>
    public async Task EndAsync(FormattableString figures, bool isServerFull = false)
    {
        (double p50, double p99, int calls) = _canary.Take();
        var watch = Stopwatch.StartNew();

        // Threads come and go by a few with the thread pool and the garbage collector.
        await Bounded.Until(
            () => Server.Figures is var now && now.Descriptors <= _before.Descriptors + FilesOfTheRuntime
                && now.Threads <= _before.Threads + Environment.ProcessorCount + 8,
            $"descriptors and threads back at {_before}; they are {Server.Figures}");
        TimeSpan took = watch.Elapsed;
        ProcessFigures after = Server.Figures;
        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"; canary p50 {p50:N2} ms, p99 {p99:N1} ms ({_p99Before:N1} before) of {calls:N0} calls; descriptors and threads back after "
            + $"{took.TotalSeconds:N1} s; RSS {_before.RssMiB:N0} to {after.RssMiB:N0} MiB");
        Results.Add(_test, $"{FormattableString.Invariant(figures)}{text}");

        Assert.Null(_canary.Error);
        Assert.True(calls > 0, "The canary has had no answer in all that time.");
        Assert.True(isServerFull || p99 <= Math.Max(LongestP99, GrowthOfP99 * _p99Before), $"The canary's p99 was {p99:N1} ms, {_p99Before:N1} ms before.");
        Assert.False(Server.Process.HasExited);
        await using RawPeer peer = await Server.DialAsync();
        await peer.AssertOpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _canary.Dispose();
        await Server.DisposeAsync();
    }
}
