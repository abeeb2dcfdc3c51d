using System.Collections.Concurrent;
using System.ComponentModel;
using MessagePack.Formatters;
using Mprpc.Serialization;

namespace Mprpc.CompilerServices;

/// <summary>Where generated code leaves the formatters of the types in an assembly's contracts, from its module initializer. For generated code.</summary>
/// <remarks>The default <see cref="MprpcSerializerOptions"/> look here before they look by reflection. Safe for concurrent use.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MprpcGeneratedFormatters
{
    private static readonly ConcurrentDictionary<Type, object> Formatters = new();
    private static readonly ConcurrentDictionary<Type, bool> Objects = new();

    /// <summary>Registers the formatter of a type; the first one stays where several assemblies bring one, since all of them write the same.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="formatter">Reads and writes it.</param>
    public static void Register<T>(IMessagePackFormatter<T> formatter)
    {
        Formatters.TryAdd(typeof(T), formatter);
        AnyValueWriter.Register<T>();
    }

    /// <summary>
    /// Registers the formatter of a type that is made of its members: it takes what other languages send, and guards itself where the type can contain itself.
    /// </summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="formatter">Reads and writes it.</param>
    public static void RegisterObject<T>(IMessagePackFormatter<T> formatter)
    {
        Objects.TryAdd(typeof(T), true);
        Register(formatter);
    }

    internal static IMessagePackFormatter<T>? Find<T>()
        => Formatters.TryGetValue(typeof(T), out object? formatter) ? (IMessagePackFormatter<T>)formatter : null;

    /// <summary>Whether the formatter is made of the type's members by generated code.</summary>
    internal static bool IsObject<T>() => Objects.ContainsKey(typeof(T));
}
