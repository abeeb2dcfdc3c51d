using System.ComponentModel;
using Mprpc.Serialization;

namespace Mprpc.CompilerServices;

/// <summary>
/// Where generated code leaves how the types in an assembly's contracts are read and written in place, from its module initializer. For generated code.
/// </summary>
/// <remarks>
/// The default <see cref="MprpcSerializerOptions"/> use it, and MessagePack's serializer for what is not here; a resolver of the user's own goes first. Safe
/// for concurrent use.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MprpcGeneratedValues
{
    /// <summary>Registers how a type is read and written; where several assemblies bring one, they do the same.</summary>
    /// <typeparam name="T">The type.</typeparam>
    /// <param name="write">Writes it.</param>
    /// <param name="read">Reads it.</param>
    public static void Register<T>(MprpcValueWriter<T> write, MprpcValueReader<T> read)
    {
        ValueWriter<T>.Generated = write;
        ValueReader<T>.Generated = read;
        GeneratedTypes.Add(typeof(T));
    }
}
