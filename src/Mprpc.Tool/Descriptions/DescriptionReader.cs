using System.Text.Json;
using Mprpc.Serialization.Json;

namespace Mprpc.Tool.Descriptions;

/// <summary>Reads what <c>$/inspect</c> answers (docs/protocol.md 10.11), as JSON; and neovim's API metadata, which has the same keys.</summary>
internal static class DescriptionReader
{
    /// <exception cref="ValueException">It is not a description.</exception>
    public static ServerDescription Read(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Form.MaxJsonDepth });
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new ValueException(
                $"This is not a description of a server: {exception.Message} 'mprpc schema URL' prints one, and so does 'nvim --api-info'.", exception);
        }
    }

    private static ServerDescription Read(JsonElement root)
    {
        Dictionary<string, TypeDefinition> types = root.TryGetProperty("types", out JsonElement described)
            ? described.EnumerateObject().ToDictionary(type => type.Name, Definition, StringComparer.Ordinal)
            : [];

        return new ServerDescription(
            [.. root.GetProperty("functions").EnumerateArray().Select(Method).OrderBy(method => method.Name, StringComparer.Ordinal)], types);
    }

    private static MethodDescription Method(JsonElement method)
    {
        string? deprecated = Text(method, "deprecated") ?? (method.TryGetProperty("deprecated_since", out _) ? "" : null);
        return new MethodDescription(
            method.GetProperty("name").GetString()!,
            Parameters(method),
            method.TryGetProperty("return_type", out JsonElement returns) ? TypeParser.Parse(returns.GetString()!) : TypeExpression.Any,
            Flag(method, "stream"),
            Flag(method, "notify"),
            Text(method, "doc"),
            deprecated);
    }

    private static List<ParameterDescription> Parameters(JsonElement method)
    {
        JsonElement[] parameters = [.. method.GetProperty("parameters").EnumerateArray()];
        int required = method.TryGetProperty("required", out JsonElement count) ? count.GetInt32() : parameters.Length;
        JsonElement[] defaults = method.TryGetProperty("defaults", out JsonElement values) ? [.. values.EnumerateArray()] : [];
        bool takesRest = Flag(method, "rest");
        bool hasDocs = method.TryGetProperty("parameter_docs", out JsonElement docs);

        return
        [
            .. parameters.Select((parameter, i) =>
            {
                string name = parameter[1].GetString()!;
                bool isRest = takesRest && i == parameters.Length - 1;
                string? otherwise = i < required || isRest ? null : i - required < defaults.Length ? defaults[i - required].GetRawText() : "null";
                return new ParameterDescription(
                    TypeParser.Parse(parameter[0].GetString()!), name, otherwise, isRest, hasDocs ? Text(docs, name) : null);
            }),
        ];
    }

    private static TypeDefinition Definition(JsonProperty type)
    {
        TypeKind kind = Text(type.Value, "kind") switch
        {
            "map" => TypeKind.Map,
            "array" => TypeKind.Array,
            "enum" => TypeKind.Enum,
            _ => TypeKind.Other,
        };

        return new TypeDefinition(
            type.Name,
            kind,
            kind == TypeKind.Other ? [] :
            [
                .. type.Value.GetProperty("members").EnumerateArray()
                    .Select(member => new MemberDescription(TypeParser.Parse(member[0].GetString()!), member[1].GetString()!, member[2].Clone())),
            ]);
    }

    private static string? Text(JsonElement parent, string key)
        => parent.TryGetProperty(key, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static bool Flag(JsonElement parent, string key) => parent.TryGetProperty(key, out JsonElement flag) && flag.ValueKind == JsonValueKind.True;
}
