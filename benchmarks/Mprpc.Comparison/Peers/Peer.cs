using System.Net;
using Mprpc.Comparison.Load;

namespace Mprpc.Comparison.Peers;

/// <summary>A system under comparison: how it serves, in the one process, and how it is called, in the other.</summary>
internal abstract class Peer
{
    public static IReadOnlyList<Peer> All { get; } =
    [
        new MprpcPeer(),
        new MprpcCallPeer(),
        new GrpcPeer(),
        new StreamJsonRpcPeer(),
        new StreamJsonRpcTunedPeer(),
        new SignalRPeer(),
        new RawKestrelPeer(),
        new RawSocketPeer(),
        new InProcessPeer(),
    ];

    public abstract string Name { get; }

    /// <summary>What its processes are told to be. The parent may know more than one build by different names.</summary>
    public virtual string RoleName => Name;

    /// <summary>The program of another build whose processes serve and call; null: this one.</summary>
    public virtual string? Program => null;

    /// <summary>True where the system is no RPC at all: it shows what the transport allows.</summary>
    public virtual bool IsLimit => false;

    /// <summary>True where the system is another one used otherwise: it is measured only where it is asked for.</summary>
    public virtual bool IsVariant => false;

    public static Peer Named(string name) =>
        All.FirstOrDefault(peer => peer.Name == name)
        ?? throw new ArgumentException($"There is no system '{name}'. There are: {string.Join(", ", All.Select(peer => peer.Name))}.");

    public virtual bool Runs(Scenario scenario) => true;

    /// <summary>Starts the server on a free port of the loopback address; it then runs until its process ends.</summary>
    public abstract Task<IPEndPoint> ServeAsync();

    /// <summary>Opens the scenario's connections.</summary>
    public abstract Task<ILoad> ConnectAsync(IPEndPoint server, Scenario scenario);

    /// <summary>Opens one connection, has one message answered on it, and leaves it open.</summary>
    public abstract Task<IAsyncDisposable> OpenIdleAsync(IPEndPoint server);
}
