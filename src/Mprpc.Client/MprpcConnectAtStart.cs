namespace Mprpc.Client;

/// <summary>Whether the start of the application waits for a client's first connection.</summary>
public enum MprpcConnectAtStart
{
    /// <summary>No: the client connects at its first call.</summary>
    Never,

    /// <summary>Yes, for <see cref="MprpcClientOptions.ConnectTimeout"/> at most; without a connection it is logged (212), and the start goes on.</summary>
    Optional,

    /// <summary>Yes, for <see cref="MprpcClientOptions.ConnectTimeout"/> at most; without a connection the start fails.</summary>
    Required,
}
