namespace Mprpc.Client;

/// <summary>Whether a client can call right away.</summary>
public enum MprpcClientState
{
    /// <summary>There is no connection; the next call makes one.</summary>
    Disconnected,

    /// <summary>The first connection is being made; calls wait for it.</summary>
    Connecting,

    /// <summary>There is a connection at least.</summary>
    Connected,

    /// <summary>The client was disposed; calls fail.</summary>
    Disposed,
}
