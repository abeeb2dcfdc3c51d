namespace Mprpc.EndToEnd.Tests;

/// <summary>Whoever signals again while the process stops does not want to wait: each further signal ends what is being waited for.</summary>
[Collection(SampleApplication.Name)]
public sealed class SecondSignalTests
{
    // Far longer than a test waits: an exit means that it was not waited for.
    private const string DrainDelay = "00:20:00";
    private const string ShutdownTimeout = "2400";

    [Fact]
    public async Task Signal_DuringTheDrainDelay_EndsIt()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals on Windows.");
        await using ChildProcess app = await Sample.StartWebAppAsync(
            Requirement.AnyFreePort(), "--shutdownTimeoutSeconds", ShutdownTimeout, "--Mprpc:DrainDelay", DrainDelay);

        await app.TerminateAsync();
        await Bounded.Until(() => app.Output.Contains("listening continues for", StringComparison.Ordinal), "the beginning of the delay");
        await TerminateUntilExitAsync(app);

        Assert.Equal(0, app.ExitCode);
        Assert.Contains("SIGTERM came again", app.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signal_WhileACallRuns_CancelsIt()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals on Windows.");
        await using ChildProcess app = await Sample.StartWebAppAsync(Requirement.AnyFreePort(), "--shutdownTimeoutSeconds", ShutdownTimeout);
        await using var client = new Mprpc.Client.MprpcClient($"tcp://127.0.0.1:{Sample.RpcPort}");
        await client.CallAsync<int>("sum", 1, 2).InTime();         // connected: from here on calls go out in their order
        Task<bool> call = client.CallAsync<bool>("wait_for_todo", 1_200_000).AsTask();
        await client.CallAsync<int>("sum", 1, 2).InTime();

        await app.TerminateAsync();
        await TerminateUntilExitAsync(app);

        await Assert.ThrowsAsync<MprpcConnectionException>(() => call.InTime());
        Assert.Equal(0, app.ExitCode);
    }

    /// <summary>
    /// Over and over: what comes within a second of the first signal counts as the same, since whoever starts processes may pass one on that they have got
    /// already.
    /// </summary>
    private static async Task TerminateUntilExitAsync(ChildProcess app)
    {
        Task exit = app.WaitForExitAsync();

        while (!exit.IsCompleted)
        {
            Exception? signalling = await Record.ExceptionAsync(app.TerminateAsync);
            await Task.WhenAny(exit, Task.Delay(TimeSpan.FromMilliseconds(200)));

            Assert.True(signalling is null || exit.IsCompleted, signalling?.Message);
        }

        await exit;
    }
}
