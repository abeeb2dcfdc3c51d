using System.Collections;

namespace Mprpc;

/// <summary>Compares values that are kept in their bytes, where their type is not declared.</summary>
internal sealed class RawKeyComparer : IEqualityComparer
{
    public static readonly RawKeyComparer Instance = new();

    public new bool Equals(object? x, object? y) => object.Equals(x, y);

    public int GetHashCode(object obj) => KeyComparer<MprpcRaw>.Instance.GetHashCode((MprpcRaw)obj);
}
