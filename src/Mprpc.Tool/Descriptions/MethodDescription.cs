namespace Mprpc.Tool.Descriptions;

/// <summary>A method that can be called.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Parameters">In the order of the params.</param>
/// <param name="Returns">The result's type.</param>
/// <param name="IsStream">Whether the result is a stream.</param>
/// <param name="IsNotification">Whether there is no result, so that typed clients send notifications.</param>
/// <param name="Doc">What is written about it, or null.</param>
/// <param name="Deprecated">What to do about it if it is obsolete, else null.</param>
internal sealed record MethodDescription(
    string Name, IReadOnlyList<ParameterDescription> Parameters, TypeExpression Returns, bool IsStream, bool IsNotification, string? Doc, string? Deprecated)
{
    /// <summary>The type of an argument by its place, or null for one too many.</summary>
    public TypeExpression? TypeOfArgument(int index)
    {
        if (Parameters.Count > 0 && index >= Parameters.Count - 1 && Parameters[^1].IsRest)
        {
            return Parameters[^1].Type.Arguments is [TypeExpression item] ? item : null;
        }

        return index < Parameters.Count ? Parameters[index].Type : null;
    }

    /// <summary>In one line: <c>calc.sum(x: int32, y: int32? = null) -> int32</c>.</summary>
    public override string ToString()
        => $"{Name}({string.Join(", ", Parameters.Select(Text))})" + (Returns.Name == TypeNames.Nil ? "" : $" -> {Returns}");

    private static string Text(ParameterDescription parameter)
        => $"{(parameter.IsRest ? "..." : "")}{parameter.Name}: {parameter.Type}{(parameter.Default is null ? "" : $" = {parameter.Default}")}";
}
