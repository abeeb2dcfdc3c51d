using System.ComponentModel;

namespace Mprpc.CompilerServices;

/// <summary>What is known of a method's types and documentation; made when it is first asked for. For generated code.</summary>
/// <param name="arguments">The types of the parameters that stand on the wire, in their order.</param>
/// <param name="result">The result's type on the wire; <c>nil</c> without one.</param>
/// <param name="types">Describes the named types that these are made of; more are no harm.</param>
/// <param name="isNotification">Whether it has no result, not even a task: typed clients send notifications.</param>
/// <param name="obsolete">What [Obsolete] says, or an empty text; null if it is not obsolete.</param>
/// <param name="summary">What its documentation says; null for nothing.</param>
/// <param name="parameterTexts">What its documentation says of its parameters: each name followed by its text.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class MprpcMethodDetails(
    IReadOnlyList<MprpcArgument> arguments,
    string result,
    Func<IReadOnlyList<MprpcTypeSchema>> types,
    bool isNotification,
    string? obsolete = null,
    string? summary = null,
    params string[] parameterTexts)
{
    internal IReadOnlyList<MprpcArgument> Arguments { get; } = arguments;

    internal string Result { get; } = result;

    internal Func<IReadOnlyList<MprpcTypeSchema>> Types { get; } = types;

    internal bool IsNotification { get; } = isNotification;

    internal string? Obsolete { get; } = obsolete;

    internal string? Summary { get; } = summary;

    internal IReadOnlyList<string> ParameterTexts { get; } = parameterTexts;
}
