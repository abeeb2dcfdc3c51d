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

    /// <summary>MessagePack's own comparer, or null where it has none.</summary>
    public static IEqualityComparer<T>? Standard<T>()
    {
        try
        {
            return UntrustedData.GetEqualityComparer<T>();
        }
        catch (Exception exception) when (exception is TypeAccessException or TypeInitializationException or MessagePackSerializationException or NotSupportedException)
        {
            return null;
        }
    }

    protected override IEqualityComparer<T> GetHashCollisionResistantEqualityComparer<T>() => KeyComparer<T>.Instance;

    protected override MessagePackSecurity Clone() => new KeySecurity(this);
}
