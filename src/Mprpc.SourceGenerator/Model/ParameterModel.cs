namespace Mprpc.SourceGenerator.Model;

/// <summary>A parameter of a method.</summary>
/// <param name="Name">Its C# name.</param>
/// <param name="Type">Its type as C# text.</param>
/// <param name="PlainType">The type without nullable annotation, as typeof takes it.</param>
/// <param name="Source">Where its value comes from.</param>
/// <param name="Default">Its default value as C# text, or null where it has none.</param>
/// <param name="ServiceKey">The key of a keyed service as C# text, or null.</param>
/// <param name="Rest">Of a params array that takes the rest of what a peer sends: the type of its elements as C# text; else null.</param>
/// <param name="Item">Of a stream: the type of its items as C# text; else null.</param>
/// <param name="Bytes">Of a stream of bytes: Stream or PipeReader; else null.</param>
internal sealed record ParameterModel(
    string Name,
    string Type,
    string PlainType,
    ParameterSource Source,
    string? Default,
    string? ServiceKey,
    string? Rest,
    string? Item,
    string? Bytes);
