namespace Mprpc.Connections;

/// <summary>What happens to messages for many of a connection whose peer reads more slowly than they come.</summary>
internal enum SlowPeerPolicy
{
    /// <summary>The connection is closed.</summary>
    Close,

    /// <summary>What comes is dropped until the peer has read.</summary>
    DropNewest,

    /// <summary>Of each method only the last one waits.</summary>
    Latest,
}
