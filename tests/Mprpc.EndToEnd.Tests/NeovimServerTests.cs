using Mprpc.Client;

namespace Mprpc.EndToEnd.Tests;

/// <summary>Our client drives a stock neovim: a server that is not ours.</summary>
public sealed class NeovimServerTests
{
    [Fact]
    public async Task Client_OfNeovim_EvaluatesAnExpression()
    {
        await using Neovim nvim = await Neovim.StartAsync();

        int sum = await nvim.Client.CallAsync<int>("nvim_eval", "1+2").InTime();
        string text = await nvim.Client.CallAsync<string>("nvim_eval", "'a' .. 'b'").InTime();
        int[] list = await nvim.Client.CallAsync<int[]>("nvim_eval", "[1, 2, 3]").InTime();

        Assert.Equal((3, "ab"), (sum, text));
        Assert.Equal([1, 2, 3], list);
    }

    [Fact]
    public async Task Client_OfNeovim_GetsItsErrors()
    {
        await using Neovim nvim = await Neovim.StartAsync();

        var failed = await Assert.ThrowsAsync<MprpcRemoteException>(() => nvim.Client.CallAsync<int>("nvim_eval", "nosuch(").InTime());
        var unknown = await Assert.ThrowsAsync<MprpcRemoteException>(() => nvim.Client.CallAsync<int>("nosuch").InTime());
        int sum = await nvim.Client.CallAsync<int>("nvim_eval", "1+2").InTime();

        Assert.Contains("nosuch", failed.Message, StringComparison.Ordinal);
        Assert.Equal("0", failed.Code);
        Assert.Contains("nosuch", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(3, sum);
    }

    [Fact]
    public async Task Client_OfNeovim_MakesTwoHundredCallsAtOnce()
    {
        await using Neovim nvim = await Neovim.StartAsync();

        int[] answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => nvim.Client.CallAsync<int>("nvim_eval", $"{i}+1").AsTask())).InTime();

        Assert.Equal(Enumerable.Range(1, 200), answers);
    }

    [Fact]
    public async Task Client_OfNeovim_NotifiesInOrder()
    {
        await using Neovim nvim = await Neovim.StartAsync();

        for (int i = 0; i < 50; i++)
        {
            await nvim.Client.NotifyAsync("nvim_command", i == 0 ? "let g:seen = [0]" : $"call add(g:seen, {i})");
        }

        int[] seen = await nvim.Client.CallAsync<int[]>("nvim_get_var", "seen").InTime();

        Assert.Equal(Enumerable.Range(0, 50), seen);
    }

    private sealed class Neovim(ChildProcess process, MprpcClient client) : IAsyncDisposable
    {
        public MprpcClient Client => client;

        public static async Task<Neovim> StartAsync()
        {
            int port = Requirement.AnyFreePort();
            ChildProcess process = ChildProcess.Start(Requirement.Program("nvim", "neovim"), ["--headless", "--clean", "--listen", $"127.0.0.1:{port}"]);
            using var deadline = new CancellationTokenSource(Bounded.Time);

            while (true)
            {
                try
                {
                    return new Neovim(process, await MprpcClient.ConnectAsync($"tcp://127.0.0.1:{port}", cancellationToken: deadline.Token));
                }
                catch (MprpcConnectionException) when (!deadline.IsCancellationRequested && !process.HasExited)
                {
                    // It says nowhere when it listens.
                    await Task.Delay(20);
                }
                catch
                {
                    await process.DisposeAsync();
                    throw;
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            await client.DisposeAsync();
            await process.DisposeAsync();
        }
    }
}
