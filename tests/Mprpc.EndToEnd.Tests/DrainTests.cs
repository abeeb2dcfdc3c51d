using System.Diagnostics;

namespace Mprpc.EndToEnd.Tests;

/// <summary>A process that is told to stop while it is busy (docs/protocol.md 9.2).</summary>
[Collection(SampleApplication.Name)]
public sealed class DrainTests
{
    private const int Connections = 50;

    [Fact]
    public async Task Sigterm_UnderLoad_LosesNoRequestAndEndsWithFinAndCodeZero()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals on Windows.");
        await using ChildProcess app = await Sample.StartWebAppAsync(Requirement.AnyFreePort());
        List<LoadedConnection> connections = [.. Enumerable.Range(0, Connections).Select(_ => new LoadedConnection())];
        using var stop = new CancellationTokenSource();

        await Task.WhenAll(connections.Select(connection => connection.ConnectAsync(Sample.RpcPort))).InTime();
        Task reading = Task.WhenAll(connections.Select(connection => Task.Run(connection.ReadToEndAsync)));
        Task sending = Task.WhenAll(connections.Select(connection => Task.Run(() => connection.SendUntilAsync(stop.Token))));
        await Task.Delay(TimeSpan.FromSeconds(1));

        long signalled = Stopwatch.GetTimestamp();
        await stop.CancelAsync();
        await app.TerminateAsync();
        await reading.InTime();
        await app.WaitForExitAsync();
        TimeSpan took = Stopwatch.GetElapsedTime(signalled);
        await sending.InTime();
        connections.ForEach(connection => connection.Dispose());

        Assert.All(connections, connection => Assert.Empty(connection.UnansweredBefore(signalled - (Stopwatch.Frequency / 10))));
        Assert.All(connections, connection => Assert.True(connection.EndedWithFin, "A connection was reset."));
        Assert.All(connections, connection => Assert.True(connection.Answered > 10, "There was no load."));
        Assert.Equal(0, app.ExitCode);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Sigterm_WhileACallRunsForLong_EndsItAtTheDeadlineWithCodeZero()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals on Windows.");
        await using ChildProcess app = await Sample.StartWebAppAsync(Requirement.AnyFreePort(), "--shutdownTimeoutSeconds", "1");
        await using var client = new Mprpc.Client.MprpcClient($"tcp://127.0.0.1:{Sample.RpcPort}");
        await client.CallAsync<int>("sum", 1, 2).InTime();         // connected: from here on calls go out in their order
        Task<bool> call = client.CallAsync<bool>("wait_for_todo", 600_000).AsTask();
        await client.CallAsync<int>("sum", 1, 2).InTime();

        await app.TerminateAsync();
        await app.WaitForExitAsync();

        await Assert.ThrowsAsync<MprpcConnectionException>(() => call.InTime());
        Assert.Equal(0, app.ExitCode);
    }
}
