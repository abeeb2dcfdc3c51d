using System.Globalization;
using System.Net;

namespace Mprpc.Reliability.Kit;

/// <summary>
/// Another host, as far as the network can tell: a network namespace of this machine's, behind a link that can go down. Nothing of it is heard any more then,
/// as when a cable is pulled; a process that is killed still says goodbye.
/// </summary>
internal sealed class RemoteHost : IAsyncDisposable
{
    private const int Networks = 64 * 256;

    private readonly string _name;
    private readonly string _here;
    private readonly string _there;
    private readonly string _network;

    private RemoteHost(int number)
    {
        // Of 10.192.0.0/10 a network of four addresses; a process that runs these tests at the same time has another.
        _name = $"mprpc{number}";
        _here = $"mprpc{number}a";
        _there = $"mprpc{number}b";
        _network = string.Create(CultureInfo.InvariantCulture, $"10.{192 + (number / 256)}.{number % 256}");
        Address = IPAddress.Parse($"{_network}.2");
    }

    public IPAddress Address { get; }

    public static async Task<RemoteHost> CreateAsync()
    {
        Requirement.IsMet(OperatingSystem.IsLinux(), "Network namespaces are Linux's.");
        Requirement.Program("ip", "iproute2");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root may make a network namespace.");
        var host = new RemoteHost(Environment.ProcessId % Networks);
        await host.StartAsync();
        return host;
    }

    /// <summary>Starts the server there.</summary>
    public Task<ServerProcess> ServeAsync(int port = 0)
        => ServerProcess.StartAsync(
            ["ip", "netns", "exec", _name, "dotnet"], Address, string.Create(CultureInfo.InvariantCulture, $"Listen=tcp://{Address}:{port}"));

    /// <summary>Pulls the cable.</summary>
    public Task DisconnectAsync() => IpAsync("-n", _name, "link", "set", _there, "down");

    public Task ReconnectAsync() => IpAsync("-n", _name, "link", "set", _there, "up");

    /// <summary>Boots it again: it knows nothing of its former connections. What has run there must have been killed.</summary>
    public async Task RebootAsync()
    {
        await DisposeAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // The system takes a namespace apart beside, some time after it is deleted: the link is gone at once only if it is told so.
        await IpAsync("link", "delete", _here);
        await IpAsync("netns", "delete", _name);
    }

    private async Task StartAsync()
    {
        await IpAsync("netns", "add", _name);
        await IpAsync("-n", _name, "link", "set", "lo", "up");
        await IpAsync("link", "add", _here, "type", "veth", "peer", "name", _there, "netns", _name);
        await IpAsync("address", "add", $"{_network}.1/30", "dev", _here);
        await IpAsync("link", "set", _here, "up");
        await IpAsync("-n", _name, "address", "add", $"{_network}.2/30", "dev", _there);
        await IpAsync("-n", _name, "link", "set", _there, "up");
    }

    private static Task<string> IpAsync(params string[] arguments) => ChildProcess.RunAsync("ip", arguments);
}
