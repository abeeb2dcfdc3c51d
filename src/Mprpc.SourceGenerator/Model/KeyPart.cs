namespace Mprpc.SourceGenerator.Model;

/// <summary>A part of a key.</summary>
/// <param name="Type">Its type as C# text.</param>
/// <param name="Name">The member that holds it.</param>
internal sealed record KeyPart(string Type, string Name);
