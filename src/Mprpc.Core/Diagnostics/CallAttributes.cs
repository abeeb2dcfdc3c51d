namespace Mprpc.Diagnostics;

/// <summary>The names of OpenTelemetry's conventions for RPC, version 1.45.0, where they became stable.</summary>
internal static class CallAttributes
{
    public const string ServerDuration = "rpc.server.call.duration";
    public const string ClientDuration = "rpc.client.call.duration";

    public const string System = "rpc.system.name";
    public const string SystemName = "msgpackrpc";
    public const string Method = "rpc.method";
    public const string MethodOriginal = "rpc.method_original";
    public const string Status = "rpc.status_code";
    public const string Error = "error.type";
    public const string PeerAddress = "network.peer.address";
    public const string PeerPort = "network.peer.port";
    public const string ServerAddress = "server.address";
    public const string ServerPort = "server.port";
}
