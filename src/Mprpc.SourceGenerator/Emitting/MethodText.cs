using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Emitting;

/// <summary>Methods as generated code names them.</summary>
internal static class MethodText
{
    /// <summary>What finds a method by reflection.</summary>
    public static string Finding(MethodModel method)
    {
        IEnumerable<string> types = method.Parameters.Select(parameter => $"typeof({parameter.PlainType})");
        return $"typeof({method.DeclaringType}).GetMethod({CodeWriter.Quote(method.Name)}, new global::System.Type[] {{ {string.Join(", ", types)} }})";
    }
}
