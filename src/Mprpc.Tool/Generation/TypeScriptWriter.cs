using System.Globalization;
using System.Text.Json;
using Mprpc.Tool.Descriptions;

namespace Mprpc.Tool.Generation;

/// <summary>A client for TypeScript, over a client of <c>@mprpc/client</c>.</summary>
internal sealed class TypeScriptWriter
{
    private static readonly HashSet<string> _keywords =
    [
        "arguments", "await", "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do", "else", "enum", "eval", "export",
        "extends", "false", "finally", "for", "function", "if", "implements", "import", "in", "instanceof", "interface", "let", "new", "null", "package",
        "private", "protected", "public", "return", "static", "super", "switch", "this", "throw", "true", "try", "typeof", "var", "void", "while", "with",
        "yield",
    ];

    private readonly ClientPlan _plan;
    private readonly Dictionary<string, string> _names;
    private readonly TypeScriptTypes _types;
    private readonly CodeText _code = new("  ");

    private TypeScriptWriter(ClientPlan plan)
    {
        Identifiers taken = Names(plan.Name, "MprpcCaller", "Date", "Uint8Array", "Record", "AsyncIterable", "Promise", "AbortSignal");
        _plan = plan;
        _names = plan.Types.ToDictionary(type => type.Name, type => taken.Take(Identifiers.Pascal(type.Name)), StringComparer.Ordinal);
        _types = new TypeScriptTypes(plan, _names);
    }

    public static string Write(ClientPlan plan)
    {
        var writer = new TypeScriptWriter(plan);
        writer.Write();
        return writer._code.ToString();
    }

    private static Identifiers Names(params IEnumerable<string> taken) => new(_keywords, static name => name + "_", taken);

    private void Write()
    {
        _code.Line($"// Written by 'mprpc generate typescript' from {_plan.Source}; changes are lost when it is written again.")
            .Line("import type { MprpcCaller } from \"@mprpc/client\";");

        foreach (TypeDefinition type in _plan.Types)
        {
            _code.Line();
            Write(type);
        }

        _code.Line()
            .Line("/** Give it a client, or what the client's `with` has made of one: `new " + _plan.Name + "(client.with({ timeout: 2000 }))`. */")
            .Line($"export class {_plan.Name} {{");
        _code.Inside(() =>
        {
            _code.Line("readonly #caller: MprpcCaller;").Line()
                .Line("constructor(caller: MprpcCaller) {");
            _code.Inside(() => _code.Line("this.#caller = caller;"));
            _code.Line("}");
            Identifiers names = new(new HashSet<string>(), static name => name, "constructor");

            foreach (MethodDescription method in _plan.Server.Methods)
            {
                _code.Line();
                Write(method, names.Take(Identifiers.Camel(_plan.ShortName(method))));
            }
        });
        _code.Line("}").Line()
            .Line("function sent(args: unknown[], signal: AbortSignal | undefined): unknown[] {");
        _code.Inside(() => _code.Line("return signal === undefined ? args : [...args, signal];"));
        _code.Line("}");
    }

    private void Write(MethodDescription method, string name)
    {
        WriteDocumentation(method);
        Identifiers names = Names("signal");
        int firstOptional = DefaultValue.FirstOptional(method);
        List<string> parameters = [];
        List<string> arguments = [];
        bool hasRest = false;

        for (int i = 0; i < method.Parameters.Count; i++)
        {
            ParameterDescription parameter = method.Parameters[i];
            string argument = names.Take(Identifiers.Camel(parameter.Name));
            hasRest |= parameter.IsRest;
            arguments.Add(parameter.IsRest ? "..." + argument : argument);
            parameters.Add(parameter.IsRest ? $"...{argument}: {_types.Of(parameter.Type)}"
                : $"{argument}: {_types.Of(parameter.Type)}" + (i >= firstOptional ? $" = {Default(parameter)}" : ""));
        }

        // Behind a rest parameter nothing can stand; a notification has nothing to cancel.
        bool hasSignal = !hasRest && !method.IsNotification;

        if (hasSignal)
        {
            parameters.Add("signal?: AbortSignal");
        }

        (string call, string result) = method.IsNotification ? ("notify", "Promise<void>")
            : method.IsStream ? ($"stream<{_types.Of(Item(method.Returns))}>", _types.Of(method.Returns))
            : method.Returns.Name == TypeNames.Nil ? ("call<void>", "Promise<void>")
            : ($"call<{_types.Of(method.Returns)}>", $"Promise<{_types.Of(method.Returns)}>");
        string list = string.Join(", ", arguments);
        string passed = hasSignal ? $", ...sent([{list}], signal)" : list.Length > 0 ? $", {list}" : "";
        _code.Line($"{name}({string.Join(", ", parameters)}): {result} {{");
        _code.Inside(() => _code.Line($"return this.#caller.{call}({Literal(method.Name)}{passed});"));
        _code.Line("}");
    }

    private string Default(ParameterDescription parameter)
    {
        using JsonDocument value = JsonDocument.Parse(parameter.Default!);
        bool isEnum = _plan.Definition(parameter.Type.Name) is { Kind: TypeKind.Enum };
        return value.RootElement.ValueKind == JsonValueKind.String ? Literal(value.RootElement.GetString()!)
            : isEnum && value.RootElement.ValueKind == JsonValueKind.Number ? $"{parameter.Default} as {_names[parameter.Type.Name]}"
            : parameter.Default!;
    }

    private void Write(TypeDefinition type)
    {
        string name = _names[type.Name];

        switch (type.Kind)
        {
            case TypeKind.Enum:
                _code.Line($"export const {name} = {{");
                _code.Inside(() => _code.Lines(type.Members.Select(member => $"{Property(member.Name)}: {member.Key.GetRawText()},")));
                _code.Line("} as const;").Line($"export type {name} = (typeof {name})[keyof typeof {name}];");
                break;
            case TypeKind.Map:
                _code.Line($"export interface {name} {{");
                _code.Inside(() => _code.Lines(type.Members.Select(member => $"{Property(member.Key.ToString())}: {_types.Of(member.Type)};")));
                _code.Line("}");
                break;
            default:
                _code.Line($"export type {name} = [{string.Join(", ", Places(type))}];");
                break;
        }
    }

    /// <summary>The elements of an array in their order; nil stands where no member has its place.</summary>
    private IEnumerable<string> Places(TypeDefinition type)
    {
        Dictionary<int, MemberDescription> members = type.Members.ToDictionary(member => member.Key.GetInt32());
        Identifiers names = Names();
        return Enumerable.Range(0, members.Count == 0 ? 0 : members.Keys.Max() + 1).Select(place => members.TryGetValue(place, out MemberDescription? member)
            ? $"{names.Take(Identifiers.Safe(member.Name))}: {_types.Of(member.Type)}"
            : string.Create(CultureInfo.InvariantCulture, $"unused{place}: null"));
    }

    private void WriteDocumentation(MethodDescription method)
    {
        string[] lines =
        [
            .. CodeText.LinesOf(method.Doc),
            .. method.Deprecated is { } instead ? CodeText.LinesOf($"@deprecated {instead}") : [],
        ];

        if (lines.Length > 0)
        {
            _code.Line($"/** {string.Join(' ', lines).Replace("*/", "* /", StringComparison.Ordinal)} */");
        }
    }

    private static TypeExpression Item(TypeExpression stream) => stream.Arguments is [TypeExpression item] ? item : TypeExpression.Any;

    private static string Property(string name) => Identifiers.IsPlain(name) ? name : Literal(name);

    private static string Literal(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
