using System.Globalization;
using System.Text;
using System.Text.Json;
using Mprpc.Tool.Descriptions;

namespace Mprpc.Tool.Generation;

/// <summary>A client for Python 3.8 and later: asyncio and the package msgpack, nothing else. The file brings its connection along.</summary>
internal sealed class PythonWriter
{
    private static readonly HashSet<string> _keywords =
    [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except", "finally",
        "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
    ];

    private readonly ClientPlan _plan;
    private readonly Dictionary<string, string> _names;
    private readonly PythonTypes _types;
    private readonly CodeText _code = new("    ");

    private PythonWriter(ClientPlan plan)
    {
        Identifiers taken = Names(plan.Name, "Any", "Dict", "List", "Optional", "Tuple", "TypedDict", "IntEnum", "MprpcConnection", "MprpcError");
        _plan = plan;
        _names = plan.Types.ToDictionary(type => type.Name, type => taken.Take(Identifiers.Pascal(type.Name)), StringComparer.Ordinal);
        _types = new PythonTypes(plan, _names);
    }

    public static string Write(ClientPlan plan)
    {
        var writer = new PythonWriter(plan);
        writer.Write();
        return writer._code.ToString();
    }

    private static Identifiers Names(params IEnumerable<string> taken) => new(_keywords, static name => name + "_", taken);

    private void Write()
    {
        _code.Line($"# Written by 'mprpc generate python' from {_plan.Source}; changes are lost when it is written again.")
            .Lines(Connection().Split('\n'));

        foreach (TypeDefinition type in _plan.Types.OrderBy(type => type.Kind == TypeKind.Array))
        {
            Write(type);
            _code.Line().Line();
        }

        _code.Line($"class {_plan.Name}:");
        _code.Inside(() =>
        {
            _code.Line("def __init__(self, connection: MprpcConnection) -> None:");
            _code.Inside(() => _code.Line("self._connection = connection"));
            Identifiers names = Names("_connection");

            foreach (MethodDescription method in _plan.Server.Methods)
            {
                _code.Line();
                Write(method, names.Take(Identifiers.Snake(_plan.ShortName(method))));
            }
        });
    }

    private static string Connection()
    {
        using Stream stream = typeof(PythonWriter).Assembly.GetManifestResourceStream("connection.py")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private void Write(MethodDescription method, string name)
    {
        Identifiers names = Names("self");
        int firstOptional = DefaultValue.FirstOptional(method);
        List<string> parameters = ["self"];
        List<string> arguments = [Literal(method.Name)];

        for (int i = 0; i < method.Parameters.Count; i++)
        {
            ParameterDescription parameter = method.Parameters[i];
            string argument = names.Take(Identifiers.Snake(parameter.Name));
            string star = parameter.IsRest ? "*" : "";
            TypeExpression type = parameter.IsRest && parameter.Type.Arguments is [TypeExpression item] ? item : parameter.Type;
            arguments.Add(star + argument);
            parameters.Add($"{star}{argument}: {_types.Of(type)}" + (i >= firstOptional && !parameter.IsRest ? $" = {Default(parameter)}" : ""));
        }

        string call = method.IsNotification ? "notify" : "call";
        string result = method.IsNotification ? "None" : _types.Of(method.Returns);
        _code.Line($"async def {name}({string.Join(", ", parameters)}) -> {result}:");
        _code.Inside(() =>
        {
            string[] lines = [.. CodeText.LinesOf(method.Doc), .. method.Deprecated is { } instead ? CodeText.LinesOf($"Deprecated. {instead}") : []];

            if (lines.Length > 0)
            {
                _code.Line(Literal(string.Join(' ', lines)));
            }

            _code.Line($"return await self._connection.{call}({string.Join(", ", arguments)})");
        });
    }

    private static string Default(ParameterDescription parameter)
    {
        using JsonDocument value = JsonDocument.Parse(parameter.Default!);
        return value.RootElement.ValueKind switch
        {
            JsonValueKind.Null => "None",
            JsonValueKind.True => "True",
            JsonValueKind.False => "False",
            JsonValueKind.String => Literal(value.RootElement.GetString()!),
            _ => parameter.Default!,
        };
    }

    private void Write(TypeDefinition type)
    {
        string name = _names[type.Name];

        switch (type.Kind)
        {
            case TypeKind.Enum:
                Identifiers values = Names("name", "value", "mro");
                _code.Line($"class {name}(IntEnum):");
                _code.Inside(() => _code.Lines(type.Members.Count == 0
                    ? ["pass"]
                    : type.Members.Select(member => $"{values.Take(Identifiers.Safe(member.Name))} = {member.Key.GetRawText()}")));
                break;
            case TypeKind.Map when type.Members.All(member => Identifiers.IsPlain(member.Key.ToString()) && !_keywords.Contains(member.Key.ToString())):
                _code.Line($"class {name}(TypedDict):");
                _code.Inside(() => _code.Lines(type.Members.Count == 0
                    ? ["pass"]
                    : type.Members.Select(member => $"{member.Key}: {_types.Of(member.Type)}")));
                break;
            case TypeKind.Map:
                string members = string.Join(", ", type.Members.Select(member => $"{Literal(member.Key.ToString())}: {Literal(_types.Of(member.Type))}"));
                _code.Line($"{name} = TypedDict({Literal(name)}, {{{members}}})");
                break;
            default:
                // The classes that it names stand above; other arrays are named by their texts.
                string places = string.Join(", ", type.Members.Select(member => $"\"{_types.Of(member.Type)}\""));
                _code.Line(places.Length == 0 ? $"{name} = List[Any]" : $"{name} = Tuple[{places}]");
                break;
        }
    }

    /// <summary>Not as JSON: its escapes for half a surrogate pair each are two characters in Python.</summary>
    private static string Literal(string text)
        => "\"" + string.Concat(text.EnumerateRunes().Select(rune => rune.Value switch
        {
            '"' or '\\' => "\\" + rune,
            _ when Rune.IsControl(rune) => string.Create(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
            _ => rune.ToString(),
        })) + "\"";
}
