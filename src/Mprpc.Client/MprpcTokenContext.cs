namespace Mprpc.Client;

/// <summary>Why a client asks for a token.</summary>
public sealed class MprpcTokenContext
{
    internal MprpcTokenContext(string address, bool wasRefused)
    {
        Address = address;
        WasRefused = wasRefused;
    }

    /// <summary>The server's address.</summary>
    public string Address { get; }

    /// <summary>
    /// Whether the token that was given before has been refused, or is about to expire: a provider that keeps its token should get a new one.
    /// </summary>
    public bool WasRefused { get; }
}
