namespace Mprpc.SourceGenerator.Model;

/// <summary>A member of a named type.</summary>
/// <param name="Type">Its type on the wire.</param>
/// <param name="Name">Its C# name.</param>
/// <param name="Key">Its key on the wire as C# text.</param>
internal sealed record MemberSchemaModel(string Type, string Name, string Key);
