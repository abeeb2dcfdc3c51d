namespace Mprpc.Wire;

/// <summary>The key of a call's metadata under which its credential is (docs/protocol.md 10.7).</summary>
internal static class CredentialKey
{
    public const string Name = "authorization";

    public static ReadOnlySpan<byte> Utf8 => "authorization"u8;
}
