using Mprpc.Dispatch;

namespace Mprpc.Wire;

/// <summary>The codes that reach the caller in every error shape, in the message where the shape has no place for a code (docs/protocol.md 10.3).</summary>
internal static class ErrorCode
{
    /// <summary>It is not known who calls, or the credential was refused or has expired. The call has not run.</summary>
    public const string Unauthenticated = "unauthenticated";

    /// <summary>It is known who calls, and that user may not. The call has not run.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>The call took longer than it may; it may have run, and may still run.</summary>
    public const string Timeout = "timeout";

    /// <summary>The call is one too many for a rate limiter policy. It has not run.</summary>
    public const string RateLimited = "rate_limited";

    /// <summary>As many calls run as may. The call has not run.</summary>
    public const string Busy = "busy";

    /// <summary>What was to be sent is larger, or nests deeper, than may be sent, or was more than may be collected. The call may have run.</summary>
    public const string TooLarge = "too_large";

    /// <summary>The caller no longer wanted the answer. The call may have run.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>The server takes no further calls on this connection. The call has not run.</summary>
    public const string GoAway = "goaway";

    /// <summary>There is no such method; only in shapes that have a place for codes.</summary>
    public const string UnknownMethod = "unknown_method";

    /// <summary>The params do not fit the method; only in shapes that have a place for codes.</summary>
    public const string InvalidParams = "invalid_params";

    private const string Separator = ": ";

    private static readonly string[] Told = [Unauthenticated, Forbidden, Timeout, RateLimited, Busy, TooLarge, Cancelled, GoAway];

    /// <summary>The codes that are in the message of an error, so that the caller of any shape is told them.</summary>
    public static IReadOnlyList<string> All => Told;

    /// <summary>The message with the code before it, where it is one of these and does not stand there yet.</summary>
    public static string IntoMessage(string? code, string message)
        => code is null || Array.IndexOf(Told, code) < 0 || InMessage(message) == code ? message : $"{code}{Separator}{message}";

    /// <summary>Whether the code came with the extensions of the protocol: peers from before them have never seen it in a message.</summary>
    public static bool IsOfExtensions(string? code) => code is Cancelled or GoAway;

    /// <summary>The code that a message says, or null.</summary>
    public static string? InMessage(string message)
        => Array.Find(Told, code => message.StartsWith(code, StringComparison.Ordinal)
            && (message.Length == code.Length || message.AsSpan(code.Length).StartsWith(Separator, StringComparison.Ordinal)));
}
