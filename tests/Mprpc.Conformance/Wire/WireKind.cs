namespace Mprpc.Conformance.Wire;

/// <summary>What a MessagePack value is, by its header alone.</summary>
public enum WireKind
{
    /// <summary>c0.</summary>
    Nil,

    /// <summary>c2, c3.</summary>
    Boolean,

    /// <summary>Any of the ten integer encodings.</summary>
    Number,

    /// <summary>ca, cb.</summary>
    Real,

    /// <summary>fixstr, str8, str16, str32 (fixraw, raw16, raw32 of the old specification).</summary>
    Text,

    /// <summary>bin8, bin16, bin32.</summary>
    Bytes,

    /// <summary>fixarray, array16, array32.</summary>
    Array,

    /// <summary>fixmap, map16, map32; the items are key, value, key, value.</summary>
    Map,

    /// <summary>fixext, ext8, ext16, ext32; the payload starts with the type byte.</summary>
    Extension,
}
