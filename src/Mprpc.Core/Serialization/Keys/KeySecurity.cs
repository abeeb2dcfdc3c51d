using MessagePack;

namespace Mprpc.Serialization;

/// <summary>MessagePack's settings for what a peer sends, with comparers for the keys of more types.</summary>
internal sealed class KeySecurity : MessagePackSecurity
{
    private KeySecurity(MessagePackSecurity copyFrom)
        : base(copyFrom)
    {
    }

    public static KeySecurity Instance { get; } = new(UntrustedData);

    protected override IEqualityComparer<T> GetHashCollisionResistantEqualityComparer<T>() => KeyComparer<T>.Instance;

    protected override MessagePackSecurity Clone() => new KeySecurity(this);
}
