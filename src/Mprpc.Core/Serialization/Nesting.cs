using System.Runtime.CompilerServices;
using MessagePack;

namespace Mprpc.Serialization;

/// <summary>How deep the value that this thread writes nests: a value that contains itself would overflow the stack, which ends the process.</summary>
/// <remarks>
/// Only types that can contain themselves, and <see cref="object"/>, count their levels: each circle of references passes through one of them.
/// </remarks>
internal static class Nesting
{
    // The deepest message that a listener can be told to accept (MprpcServerLimits.MaxDepth).
    public const int MaxLevels = 1024;

    [ThreadStatic]
    private static int s_levels;

    /// <summary>Goes one level deeper; each successful call is followed by one of <see cref="Leave"/>.</summary>
    /// <exception cref="MessagePackSerializationException">The value nests too deeply, or contains itself.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Enter(Type type)
    {
        if (s_levels >= MaxLevels || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            Throw(type);
        }

        s_levels++;
    }

    public static void Leave() => s_levels--;

    private static void Throw(Type type)
        => throw new MessagePackSerializationException(
            $"{TypeName.Of(type)} cannot be sent: the value nests deeper than {s_levels:N0} levels, or contains itself. "
            + $"Allowed are {MaxLevels:N0} levels, fewer on a small stack. Send a flatter value, or the identifiers of what it refers to.");
}
