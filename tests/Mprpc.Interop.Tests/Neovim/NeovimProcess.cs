using Mprpc.Client;

namespace Mprpc.Interop.Tests.Neovim;

/// <summary>A stock neovim, and a client to tell it what to do.</summary>
internal sealed class NeovimProcess : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ChildProcess _process;

    private NeovimProcess()
    {
        // Nothing of the user's: no init file, no shada, no log in the home folder.
        _process = ChildProcess.Start(
            Requirement.Program("nvim", "neovim"),
            ["--headless", "--clean", "-n", "-i", "NONE", "--listen", _folder.PathOf("nvim.sock")],
            environment: new Dictionary<string, string> { ["NVIM_LOG_FILE"] = "/dev/null" });
        Client = new MprpcClient(UnixSocket, new MprpcClientOptions().UsePeer(MprpcPeer.Neovim));
    }

    public string UnixSocket => $"unix://{_folder.PathOf("nvim.sock")}";

    public MprpcClient Client { get; }

    public static async Task<NeovimProcess> StartAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "neovim listens on named pipes on Windows.");
        var nvim = new NeovimProcess();

        try
        {
            await nvim.UntilAsync(async () =>
            {
                try
                {
                    return await nvim.EvaluateAsync<int>("1") == 1;
                }
                catch (MprpcConnectionException)
                {
                    return false;
                }
            });
            return nvim;
        }
        catch
        {
            await nvim.DisposeAsync();
            throw;
        }
    }

    public Task<T> EvaluateAsync<T>(string expression) => Client.CallAsync<T>("nvim_eval", expression).InTime();

    /// <summary>Waits until an expression is true.</summary>
    public Task UntilAsync(string expression) => UntilAsync(async () => await EvaluateAsync<int>(expression) != 0);

    /// <summary>The channel that samples/Neovim says it is on, once it is there.</summary>
    public async Task<int> WaitForPluginAsync()
    {
        int channel = 0;
        await UntilAsync(async () => (channel = await EvaluateAsync<int>("get(g:, 'dotnet_channel', 0)")) != 0);
        return channel;
    }

    /// <summary>A further client, which neovim can call.</summary>
    /// <returns>The client, and the channel that neovim knows it as.</returns>
    public async Task<(MprpcClient Client, int Channel)> ConnectAsync(MprpcClientOptions options)
    {
        MprpcClient client = await MprpcClient.ConnectAsync(UnixSocket, options);
        object?[] api = await client.CallAsync<object?[]>("nvim_get_api_info").InTime();
        return (client, Convert.ToInt32(api[0], System.Globalization.CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var deadline = new CancellationTokenSource(Bounded.Time);

        while (!await isSo())
        {
            Assert.False(_process.HasExited, _process.Errors);
            await Task.Delay(20, deadline.Token);
        }
    }
}
