namespace Mprpc.SourceGenerator.Model;

/// <summary>What the documentation of a contract's method says.</summary>
/// <param name="Method">The method.</param>
/// <param name="Summary">What it says of the method, or null.</param>
/// <param name="ParameterTexts">What it says of parameters: each name followed by its text.</param>
internal sealed record DocumentationModel(MethodModel Method, string? Summary, EquatableArray<string> ParameterTexts);
