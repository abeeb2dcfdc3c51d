namespace Mprpc.Tool.Descriptions;

/// <summary>A type as a description writes it: <c>list&lt;Order?&gt;</c>.</summary>
/// <param name="Name">A word of <see cref="TypeNames"/>, or the name of a described type.</param>
/// <param name="Arguments">The types between the angle brackets.</param>
/// <param name="IsNullable">Whether nil is allowed too.</param>
internal sealed record TypeExpression(string Name, IReadOnlyList<TypeExpression> Arguments, bool IsNullable = false)
{
    public static TypeExpression Any { get; } = new(TypeNames.Any, []);

    public static TypeExpression Nil { get; } = new(TypeNames.Nil, []);

    /// <summary>The names of all types in it, its own included.</summary>
    public IEnumerable<string> AllNames => [Name, .. Arguments.SelectMany(argument => argument.AllNames)];

    public override string ToString()
        => (Arguments.Count == 0 ? Name : $"{Name}<{string.Join(',', Arguments)}>") + (IsNullable ? "?" : "");
}
