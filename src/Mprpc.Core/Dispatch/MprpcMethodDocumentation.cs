using System.ComponentModel;
using System.Reflection;

namespace Mprpc.CompilerServices;

/// <summary>What the documentation of a contract's method says. For generated code.</summary>
/// <param name="method">The method; null if it is not found.</param>
/// <param name="summary">What it says of the method; null for nothing.</param>
/// <param name="parameterTexts">What it says of parameters: each name followed by its text.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class MprpcMethodDocumentation(MethodInfo? method, string? summary, params string[] parameterTexts)
{
    internal MethodInfo? Method { get; } = method;

    internal string? Summary { get; } = summary;

    internal IReadOnlyList<string> ParameterTexts { get; } = parameterTexts;
}
