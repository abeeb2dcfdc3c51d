namespace Mprpc.Conformance.Wire;

/// <summary>How a vector is cut on its way: a peer must not be able to tell.</summary>
public enum SplitMode
{
    /// <summary>In one send.</summary>
    Whole,

    /// <summary>Each byte in a send of its own. Of a vector over 1,024 bytes only its two ends: the middle goes in one send.</summary>
    ByteByByte,

    /// <summary>In two sends, once for each place that it can be cut at. Over 256 places: those at the two ends, and some between.</summary>
    EachOffset,
}
