namespace Mprpc;

/// <summary>Says how the stream is sent that a method of a contract or a service returns.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MprpcStreamAttribute : Attribute
{
    /// <summary>
    /// How many items the server may be ahead of the client that reads, 1 or more; read by the proxies. 1: the next item is made when the one before has been
    /// asked for, as queues want it. Default 0: as many as fit the window of bytes.
    /// </summary>
    public int Prefetch { get; set; }

    /// <summary>
    /// How many items a peer gets at most that does not know the protocol's extensions, in one array; more is answered with the error <c>too_large</c>. Default
    /// 0: as many as the server's options say.
    /// </summary>
    public int MaxPlainItems { get; set; }
}
