using Mprpc.Tool.Descriptions;

namespace Mprpc.Tool.Generation;

/// <summary>Described types as annotations of Python.</summary>
internal sealed class PythonTypes(ClientPlan plan, IReadOnlyDictionary<string, string> names)
{
    public string Of(TypeExpression type) => type.IsNullable ? $"Optional[{OfValue(type)}]" : OfValue(type);

    private string OfValue(TypeExpression type) => type.Name switch
    {
        TypeNames.Nil => "None",
        TypeNames.Boolean => "bool",
        TypeNames.Float32 or TypeNames.Float64 => "float",
        TypeNames.Text => "str",
        TypeNames.Bytes => "bytes",
        TypeNames.Timestamp => "datetime.datetime",
        // In the plain form a stream is a list.
        TypeNames.List or TypeNames.Stream => $"List[{Of(type.Arguments[0])}]",
        TypeNames.Map => $"Dict[{Of(type.Arguments[0])}, {Of(type.Arguments[1])}]",
        TypeNames.Tuple => type.Arguments.Count == 0 ? "List[Any]" : $"Tuple[{string.Join(", ", type.Arguments.Select(Of))}]",
        _ when TypeNames.Integers.Contains(type.Name) => "int",
        _ => plan.Definition(type.Name) is { } definition ? names[definition.Name] : "Any",
    };
}
