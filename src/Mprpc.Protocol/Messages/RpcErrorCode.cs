namespace Mprpc.Messages;

/// <summary>The codes of errors that the library itself answers with (docs/protocol.md 3.3).</summary>
internal static class RpcErrorCode
{
    public const string Timeout = "timeout";
    public const string RateLimited = "rate_limited";
    public const string Busy = "busy";
}
