using Mprpc.CompilerServices;

namespace Mprpc.Serialization;

/// <summary>
/// What a peer would refuse of values that are written, found before a byte is sent: it would end the connection, and fail the calls of others.
/// </summary>
internal static class WrittenValues
{
    /// <summary>What to do about a message that is not whole.</summary>
    public const string WholeRemedy = "Give each MprpcRaw the bytes of one whole value, and send a copy of a collection that others change.";

    /// <summary>
    /// Why a message must not be sent, as the end of a sentence; null if it may be. To be asked only if its types do not say that it is flat enough
    /// (<see cref="MprpcWriter.Levels"/>).
    /// </summary>
    /// <param name="written">What is written of it.</param>
    /// <param name="values">How many values that must be.</param>
    /// <param name="outer">How many levels are around them.</param>
    /// <param name="maxDepth">How deep a message may nest.</param>
    /// <param name="isTooDeep">Whether that is the reason.</param>
    public static string? Fault(ReadOnlySpan<byte> written, int values, int outer, int maxDepth, out bool isTooDeep)
    {
        int levels = MessageDepth.Measure(written, values);
        isTooDeep = levels + outer > maxDepth;

        return levels == MessageDepth.NotWhole
            ? "is not whole MessagePack: an MprpcRaw in it is not exactly one value, a collection has more or fewer elements than its Count says, "
                + "or a formatter has written more or less than one value"
            : isTooDeep ? $"nests {levels + outer:N0} levels deep; {maxDepth:N0} may be sent"
            : null;
    }
}
