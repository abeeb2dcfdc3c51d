using System.Net;

namespace Mprpc.Comparison.Peers;

/// <summary>Mprpc itself. The core is being written: until its server and client are here, this system sits out.</summary>
internal sealed class MprpcPeer : CallPeer
{
    public const string SystemName = "mprpc";

    public override string Name => SystemName;

    public override bool Runs(Scenario scenario) => false;

    public override Task<IPEndPoint> ServeAsync() => throw new NotSupportedException("The server is not here yet.");

    public override Task<ICallClient> DialAsync(IPEndPoint server) => throw new NotSupportedException("The client is not here yet.");
}
