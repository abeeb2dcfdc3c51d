using System.Collections.Concurrent;

namespace Mprpc.Serialization;

/// <summary>The types whose values generated code reads and writes in place. Safe for concurrent use.</summary>
internal static class GeneratedTypes
{
    private static readonly ConcurrentDictionary<Type, bool> Known = new();

    public static void Add(Type type) => Known.TryAdd(type, true);

    public static bool Contains(Type type) => Known.ContainsKey(type);
}
