using System.Text;
using Mprpc.Tool.Output;

namespace Mprpc.Tool.Descriptions;

/// <summary>A description for people.</summary>
internal static class MethodText
{
    /// <summary>The first line of a method's documentation; empty without one.</summary>
    public static string FirstLine(MethodDescription method) => (method.Doc ?? "").Split('\n')[0].Trim();

    /// <param name="server">All that is described.</param>
    /// <param name="name">A method, or null for all.</param>
    /// <exception cref="ToolException">There is no such method.</exception>
    public static string Describe(ServerDescription server, string? name)
    {
        IReadOnlyList<MethodDescription> methods = name is null ? server.Methods : [Find(server, name)];
        var text = new StringBuilder();

        foreach (MethodDescription method in methods)
        {
            Append(text, method);
        }

        foreach (TypeDefinition type in server.TypesOf(methods))
        {
            Append(text, type);
        }

        return text.ToString().TrimEnd('\n');
    }

    private static MethodDescription Find(ServerDescription server, string name)
        => server.Find(name) ?? throw new ToolException(
            $"There is no method '{name}' that may be called. There are: {string.Join(", ", server.Methods.Select(method => method.Name))}.",
            ExitCode.RemoteError);

    private static void Append(StringBuilder text, MethodDescription method)
    {
        text.Append(method).Append('\n');
        AppendLine(text, method.IsNotification ? "  A notification: it has no result." : null);
        AppendLine(text, method.Deprecated is null ? null : $"  Deprecated. {method.Deprecated}");

        foreach (string line in (method.Doc ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            AppendLine(text, $"  {line}");
        }

        foreach (string line in TextTable.Lines(
            [.. method.Parameters.Where(parameter => parameter.Doc is not null).Select(parameter => new[] { $"  {parameter.Name}", parameter.Doc! })]))
        {
            AppendLine(text, line);
        }

        text.Append('\n');
    }

    private static void Append(StringBuilder text, TypeDefinition type)
    {
        text.Append(type.Kind == TypeKind.Enum ? "enum " : type.Kind == TypeKind.Array ? "array " : "map ").Append(type.Name).Append('\n');

        foreach (string line in TextTable.Lines(
            [
                .. type.Members.Select(member => new[]
                {
                    $"  {(type.Kind == TypeKind.Map && member.Key.ToString() is { Length: > 0 } key ? key : member.Name)}",
                    type.Kind == TypeKind.Enum ? $"= {member.Key.GetRawText()}" : member.Type.ToString(),
                }),
            ]))
        {
            AppendLine(text, line);
        }

        text.Append('\n');
    }

    private static void AppendLine(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            text.Append(line.TrimEnd()).Append('\n');
        }
    }
}
