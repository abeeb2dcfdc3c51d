using System.Net;
using System.Net.Sockets;

namespace Mprpc.Tests.Kit;

/// <summary>What a test needs of the machine: on a developer's, the test is skipped where it is missing; in continuous integration it fails.</summary>
public static class Requirement
{
    private static bool IsContinuousIntegration => string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    public static void IsMet(bool isMet, string otherwise)
    {
        Assert.False(!isMet && IsContinuousIntegration, otherwise);
        Assert.SkipUnless(isMet, otherwise);
    }

    /// <summary>Finds a program.</summary>
    /// <returns>Its path.</returns>
    public static string Program(string name, string package)
    {
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);

        IsMet(path is not null, $"'{name}' is not installed; it comes with the package {package}.");
        return path!;
    }

    public static void FreePort(int port) => IsMet(IsFree(port), $"Port {port}, which the sample listens on, is taken by another process.");

    public static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        try
        {
            // As a server does: connections of an earlier run that linger do not count.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>A port that was free just now, for programs that cannot be given port 0.</summary>
    public static int AnyFreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
