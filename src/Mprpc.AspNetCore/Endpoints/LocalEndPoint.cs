using System.Net;
using Microsoft.AspNetCore.Connections;
using Mprpc.Transports;

namespace Mprpc.AspNetCore.Endpoints;

/// <summary>Where a listener of the server's own is to be bound.</summary>
internal static class LocalEndPoint
{
    /// <exception cref="ArgumentException">The address is none that this machine, or this system, can listen on.</exception>
    public static EndPoint Of(RpcAddress address)
    {
        if (address.PipeName is null)
        {
            return address.ToLocalEndPoint();
        }

        return OperatingSystem.IsWindows()
            ? new NamedPipeEndPoint(address.PipeName)
            : throw new ArgumentException($"A server cannot listen on '{address}': Kestrel has named pipes on Windows only. Use unix:///path here.");
    }
}
