using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using Mprpc.Client;

namespace Mprpc.Reliability.Pair;

/// <summary>The client's process: connects anew for each cell.</summary>
internal static class ClientEnd
{
    // A small cell that moves never shows the same figures for so long.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(string controlUrl)
    {
        await using var control = new MprpcClient(controlUrl);
        await Console.Out.WriteLineAsync("ready");

        while (await Console.In.ReadLineAsync() is { } line)
        {
            var watch = Stopwatch.StartNew();
            string outcome = await RunAsync(Cell.Parse(line), control);
            await Console.Out.WriteLineAsync(
                string.Create(
                    CultureInfo.InvariantCulture, $"{(outcome.Length == 0 ? "ok" : "failed")} {watch.ElapsedMilliseconds} {outcome.ReplaceLineEndings(" ")}"));
        }
    }

    /// <returns>What went wrong; empty where all was well.</returns>
    private static async Task<string> RunAsync(Cell cell, MprpcClient control)
    {
        int served = 0;
        var calls = new Calls(cell.Payload, cell.InFlight, cell.Count);
        MprpcClientOptions options = new MprpcClientOptions
        {
            Tls = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
        }.AddHandler("echo", (byte[] value) =>
        {
            Interlocked.Increment(ref served);
            return value;
        });
        string State() => $"client: {calls.State}, {Volatile.Read(ref served)} of the server's served";

        var client = new MprpcClient(cell.Url, options);
        using var end = new CancellationTokenSource();
        string last = "";
        Task watching = WatchAsync(cell, State, control, state => last = state, end.Token);

        try
        {
            Task all = Task.WhenAll(
                calls.RunAsync(value => client.CallAsync<byte[]>("echo", value)),
                cell.IsBothWays ? client.CallAsync("call_back", cell.Payload, cell.InFlight, cell.Count).AsTask() : Task.CompletedTask);
            await await Task.WhenAny(all, watching);
            return "";
        }
        catch (Exception exception)
        {
            return $"{exception.GetType().Name}: {exception.Message} Stood still: {(last.Length == 0 ? "never for long" : last)}. "
                + $"In the end: {await DescribeAsync(State, control, Sockets.PortOf(cell.Url))}.";
        }
        finally
        {
            await end.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await client.DisposeAsync();
        }
    }

    /// <summary>Keeps what both sides say whenever it has not changed for a while: a lost connection tells nothing any more.</summary>
    /// <exception cref="TimeoutException">No call has ended for as long as the cell allows.</exception>
    private static async Task WatchAsync(Cell cell, Func<string> clientState, MprpcClient control, Action<string> keep, CancellationToken end)
    {
        string before = clientState();
        var still = Stopwatch.StartNew();

        while (true)
        {
            await Task.Delay(Look, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            if (end.IsCancellationRequested)
            {
                return;
            }

            string now = clientState();

            if (now != before)
            {
                before = now;
                still.Restart();
                continue;
            }

            keep(await DescribeAsync(clientState, control, Sockets.PortOf(cell.Url)));

            if (still.Elapsed >= cell.Still)
            {
                throw new TimeoutException($"No call has ended for {cell.Still.TotalSeconds} s.");
            }
        }
    }

    private static async Task<string> DescribeAsync(Func<string> clientState, MprpcClient control, int port)
    {
        string server;

        try
        {
            server = await control.CallAsync<string>("state", new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(5) });
        }
        catch (Exception exception)
        {
            server = $"server: does not answer another connection either ({exception.GetType().Name}: {exception.Message})";
        }

        return $"{clientState()}; {server}; {Sockets.Describe(port)}";
    }
}
