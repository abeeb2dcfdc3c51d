namespace Mprpc.SourceGenerator.Model;

/// <summary>A member of a type whose formatter is generated.</summary>
/// <param name="Name">Its C# name.</param>
/// <param name="Type">Its type as C# text.</param>
/// <param name="DeclaringType">The type that declares it, as C# text.</param>
/// <param name="Index">Its place in array form.</param>
/// <param name="Key">Its name in map form.</param>
/// <param name="IsReadable">Whether it can be read, else nil is written.</param>
/// <param name="Assignment">How it gets its value.</param>
/// <param name="Accessor">How a setter of a generic type is reached, else null.</param>
/// <param name="Element">The type of the elements of a collection that is filled, as C# text, else null.</param>
internal sealed record MemberModel(
    string Name, string Type, string DeclaringType, int Index, string Key, bool IsReadable, Assignment Assignment, AccessorModel? Accessor, string? Element);
