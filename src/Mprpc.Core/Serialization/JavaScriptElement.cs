namespace Mprpc.Serialization;

/// <summary>What a typed array of JavaScript is made of; a byte, so that tables of it lie in the program's data.</summary>
internal enum JavaScriptElement : byte
{
    None,
    Int8,
    UInt8,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Single,
    Double,
    Int64,
    UInt64,
}
