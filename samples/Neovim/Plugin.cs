using Mprpc;

namespace Neovim;

/// <summary>What neovim can call: count_words, sum and nested.</summary>
public class Plugin
{
    private static readonly char[] Separators = [' ', '\t'];

    /// <summary>Asks neovim for the buffer that is open, and counts its words.</summary>
    public async Task<int> CountWordsAsync(MprpcCallContext context)
    {
        string[] lines = await context.Connection.CallAsync<string[]>("nvim_buf_get_lines", context.CancellationToken, 0, 0, -1, false);
        return lines.Sum(line => line.Split(Separators, StringSplitOptions.RemoveEmptyEntries).Length);
    }

    public int Sum(int x, int y) => x + y;

    /// <summary>Calls neovim, which calls this again, until depth is 0: the answers come back as from a stack.</summary>
    public async Task<int> NestedAsync(int channel, int depth, MprpcCallContext context)
        => depth == 0 ? 0 : 1 + await context.Connection.CallAsync<int>("nvim_eval", $"rpcrequest({channel}, 'nested', {channel}, {depth - 1})");
}
