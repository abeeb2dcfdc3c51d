namespace Mprpc.SourceGenerator.Model;

/// <summary>A type of a contract whose formatter is registered.</summary>
/// <param name="Type">The type as C# text.</param>
/// <param name="Expression">What makes its formatter where it needs no code of its own, else null.</param>
/// <param name="Object">How its members are written where a formatter is generated for it, else null.</param>
internal sealed record FormatterModel(string Type, string? Expression, ObjectModel? Object);
