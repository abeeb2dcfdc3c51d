namespace Mprpc.Client;

/// <summary>What a client logs in with (docs/protocol.md 10.2). Its text is told to the server only: never to a log or an exception.</summary>
public sealed class MprpcToken
{
    /// <summary>Creates a token.</summary>
    /// <param name="scheme">The way to check it, such as <c>Bearer</c>.</param>
    /// <param name="value">The token itself.</param>
    /// <param name="expiresAt">When it ends; the client logs in again before. Null: not known.</param>
    public MprpcToken(string scheme, string value, DateTimeOffset? expiresAt = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(scheme);
        ArgumentNullException.ThrowIfNull(value);
        Scheme = scheme;
        Value = value;
        ExpiresAt = expiresAt;
    }

    /// <summary>The way to check it.</summary>
    public string Scheme { get; }

    /// <summary>The token itself.</summary>
    public string Value { get; }

    /// <summary>When it ends, or null where that is not known.</summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>The scheme, without the token.</summary>
    public override string ToString() => $"{Scheme} ***";
}
