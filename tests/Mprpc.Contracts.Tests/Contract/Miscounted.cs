using System.Collections;

namespace Mprpc.Contracts.Tests.Contract;

/// <summary>A collection that says one count, and gives so many elements.</summary>
internal sealed class Miscounted(int count, int actual) : ICollection<int>, IReadOnlySet<int>
{
    public int Count => count;

    public bool IsReadOnly => true;

    public IEnumerator<int> GetEnumerator() => Enumerable.Repeat(1, actual).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Contains(int item) => item == 1;

    public void CopyTo(int[] array, int arrayIndex) => Array.Fill(array, 1, arrayIndex, Math.Min(count, array.Length - arrayIndex));

    public void Add(int item) => throw new NotSupportedException();

    public void Clear() => throw new NotSupportedException();

    public bool Remove(int item) => throw new NotSupportedException();

    public bool IsProperSubsetOf(IEnumerable<int> other) => throw new NotSupportedException();

    public bool IsProperSupersetOf(IEnumerable<int> other) => throw new NotSupportedException();

    public bool IsSubsetOf(IEnumerable<int> other) => throw new NotSupportedException();

    public bool IsSupersetOf(IEnumerable<int> other) => throw new NotSupportedException();

    public bool Overlaps(IEnumerable<int> other) => throw new NotSupportedException();

    public bool SetEquals(IEnumerable<int> other) => throw new NotSupportedException();
}
