namespace Mprpc;

/// <summary>In which order the requests of one connection are answered.</summary>
public enum MprpcResponseOrder
{
    /// <summary>Each when its method has ended. The default: a slow call holds up nobody.</summary>
    AsCompleted,

    /// <summary>As the requests came, for peers that do not look at the msgid. Methods still run concurrently; answers wait for their turn.</summary>
    InOrder,

    /// <summary>
    /// The last request first, for neovim, whose nested calls must return like those of a stack: an answer waits until all later requests are answered.
    /// </summary>
    LastInFirstOut,
}
