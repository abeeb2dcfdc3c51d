using System.Diagnostics;
using System.Globalization;
using System.Net;
using Mprpc.Client;

namespace Mprpc.Reliability.Kit;

/// <summary>The server under attack, in a process of its own.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private ServerProcess(ChildProcess process, IPAddress address, int port, int tlsPort)
    {
        Process = process;
        EndPoint = new IPEndPoint(address, port);
        TlsEndPoint = new IPEndPoint(IPAddress.Loopback, tlsPort);
    }

    public ChildProcess Process { get; }

    public IPEndPoint EndPoint { get; }

    public IPEndPoint TlsEndPoint { get; }

    public string Url => $"tcp://{EndPoint}";

    public ProcessFigures Figures => ProcessFigures.Of(Process.Id);

    /// <summary>Starts the server with these settings.</summary>
    /// <param name="settings">Such as <c>Mprpc:Limits:MaxCallsInFlight=10</c>.</param>
    public static Task<ServerProcess> StartAsync(params string[] settings) => StartAsync(maxDescriptors: null, settings);

    /// <param name="maxDescriptors">How many descriptors it may have; null: as many as this process.</param>
    /// <param name="settings">Such as <c>Mprpc:Limits:MaxCallsInFlight=10</c>.</param>
    public static async Task<ServerProcess> StartAsync(int? maxDescriptors, string[] settings)
    {
        Requirement.IsMet(OperatingSystem.IsLinux(), "The server is watched by way of /proc, which only Linux has.");
        string[] command = maxDescriptors is null ? ["dotnet"] : ["bash", "-c", $"ulimit -n {maxDescriptors}; exec dotnet \"$@\"", "bash"];
        return await StartAsync(command, IPAddress.Loopback, settings);
    }

    /// <param name="command">What runs it: dotnet, with whatever is before it.</param>
    /// <param name="address">Where it listens, as the settings say.</param>
    /// <param name="settings">Such as <c>Mprpc:Limits:MaxCallsInFlight=10</c>.</param>
    public static async Task<ServerProcess> StartAsync(string[] command, IPAddress address, params string[] settings)
    {
        ChildProcess process = ChildProcess.Start(
            command[0], [
                .. command.Skip(1), Paths.Server, "--urls", "http://127.0.0.1:0", .. settings.Select(setting => "--" + setting),
            ], expectedLine: "listening ");

        try
        {
            string[] words = (await process.WaitForLineAsync()).Split(' ');
            return new ServerProcess(process, address, int.Parse(words[1], CultureInfo.InvariantCulture), int.Parse(words[2], CultureInfo.InvariantCulture));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    public Task<RawPeer> DialAsync() => RawPeer.DialAsync(EndPoint);

    /// <summary>Asks the server, over a connection of its own.</summary>
    public async Task<T> AskAsync<T>(string method)
    {
        await using MprpcClient client = await MprpcClient.ConnectAsync(Url).InTime();
        return await client.CallAsync<T>(method).InTime();
    }

    /// <summary>Waits until as many calls run as is asked for.</summary>
    public async Task UntilRunningAsync(Func<int, bool> isReached)
    {
        var watch = Stopwatch.StartNew();

        while (await AskAsync<int>("running") is var running && !isReached(running))
        {
            Assert.True(watch.Elapsed < Bounded.Time, $"{running} calls run.");
        }
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
