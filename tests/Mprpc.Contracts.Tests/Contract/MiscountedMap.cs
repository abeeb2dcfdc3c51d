using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Mprpc.Contracts.Tests.Contract;

/// <summary>A dictionary that says one count, and gives so many keys and values.</summary>
internal sealed class MiscountedMap(int count, int actual) : IReadOnlyDictionary<string, int>
{
    public int Count => count;

    public IEnumerable<string> Keys => this.Select(item => item.Key);

    public IEnumerable<int> Values => this.Select(item => item.Value);

    public int this[string key] => 1;

    public IEnumerator<KeyValuePair<string, int>> GetEnumerator()
        => Enumerable.Range(0, actual).Select(i => new KeyValuePair<string, int>($"{i}", i)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool ContainsKey(string key) => true;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out int value)
    {
        value = 1;
        return true;
    }
}
