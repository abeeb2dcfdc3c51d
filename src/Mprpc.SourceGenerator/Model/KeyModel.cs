namespace Mprpc.SourceGenerator.Model;

/// <summary>A type that stands as a key in a contract's dictionaries or sets, and is hashed by its parts.</summary>
/// <param name="Type">The type as C# text.</param>
/// <param name="Parts">Its parts.</param>
internal sealed record KeyModel(string Type, EquatableArray<KeyPart> Parts);
