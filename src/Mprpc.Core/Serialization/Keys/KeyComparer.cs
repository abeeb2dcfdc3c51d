using MessagePack;
using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>The comparer of the keys of a type, found once.</summary>
internal static class KeyComparer<T>
{
    private static readonly (IEqualityComparer<T>? Comparer, string? Reason) Found = Find();

    /// <summary>The comparer.</summary>
    /// <exception cref="MessagePackSerializationException">There is none that whoever chooses the keys cannot attack.</exception>
    public static IEqualityComparer<T> Instance => Found.Comparer ?? throw new MessagePackSerializationException(Found.Reason);

    private static (IEqualityComparer<T>? Comparer, string? Reason) Find()
    {
        if ((OwnKeyComparers.Find<T>() ?? MprpcGeneratedKeys.Find<T>() ?? Standard()) is { } known)
        {
            return (known, null);
        }

        return KeyParts.WhyNot(typeof(T)) is { } reason
            ? (null, $"{TypeName.Of(typeof(T))} cannot be the key of what a peer sends: {reason}.")
            : (KeyParts.MakeComparer<T>(), null);
    }

    /// <summary>MessagePack's own comparer, or null where it has none.</summary>
    private static IEqualityComparer<T>? Standard()
    {
        try
        {
            return MessagePackSecurity.UntrustedData.GetEqualityComparer<T>();
        }
        catch (Exception exception)
            when (exception is TypeAccessException or TypeInitializationException or MessagePackSerializationException or NotSupportedException)
        {
            return null;
        }
    }
}
