namespace Mprpc.SourceGenerator.Model;

/// <summary>A published method's types and documentation.</summary>
/// <param name="Parameters">The types on the wire of the parameters that stand there.</param>
/// <param name="Result">The result's; nil without one.</param>
/// <param name="Obsolete">What [Obsolete] says, or an empty text; null if the method is not obsolete.</param>
/// <param name="Summary">What the documentation says of it, or null.</param>
/// <param name="ParameterTexts">What the documentation says of parameters: each name followed by its text.</param>
internal sealed record MethodSchemaModel(
    EquatableArray<string> Parameters, string Result, string? Obsolete, string? Summary, EquatableArray<string> ParameterTexts);
