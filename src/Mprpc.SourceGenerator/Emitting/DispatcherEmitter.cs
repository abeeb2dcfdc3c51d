using Microsoft.CodeAnalysis.Text;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Emitting;

/// <summary>Writes the dispatcher of a service: how each of its methods is called.</summary>
internal static class DispatcherEmitter
{
    private const string Library = "global::Mprpc.CompilerServices.";
    private const string DescribeTypes = "DescribeTypes";

    public static SourceText Emit(DispatcherModel service)
    {
        var code = new CodeWriter();
        string name = $"{service.Identifier}_Dispatcher";
        var names = new LocalNames(
            name, "Register", DescribeTypes, "Equals", "GetHashCode", "GetType", "ToString", "MemberwiseClone", "Finalize", "ReferenceEquals");
        List<(MethodModel Method, string Invoker)> methods = [.. service.Methods.Select(method => (method, names.Take(method.Name)))];

        code.OpenType($"internal sealed class {name}");
        EmitRegistration(code, service, name, methods);
        code.Line();
        EmitTypes(code, service.Schema);

        foreach ((MethodModel method, string invoker) in methods)
        {
            code.Line();
            EmitInvoker(code, service, method, invoker);
        }

        return code.End();
    }

    private static void EmitRegistration(CodeWriter code, DispatcherModel service, string name, List<(MethodModel Method, string Invoker)> methods)
    {
        code.Line("[global::System.Runtime.CompilerServices.ModuleInitializer]");
        code.Line("internal static void Register()");
        code.More($"=> global::Mprpc.CompilerServices.MprpcGeneratedServices.Register<{service.Type}>(static builder =>");
        code.Open();
        code.Line($"var dispatcher = new {name}();");

        for (int i = 0; i < methods.Count; i++)
        {
            (MethodModel method, string invoker) = methods[i];
            string result = method.Returns switch
            {
                ReturnKind.Void => "<global::Mprpc.CompilerServices.NoValue>",
                ReturnKind.Task or ReturnKind.ValueTask => string.Empty,
                _ => $"<{method.ResultType}>",
            };

            code.Line($"builder.{Adder(method.Returns)}{result}(");
            code.More(
                $"{Description(service, method)},",
                $"{Details(method, service.Schema.Methods[i])}){Settings(method)},",
                $"dispatcher.{CodeWriter.Name(invoker)});");
        }

        code.Close(");");
    }

    private static string Adder(ReturnKind kind) => kind switch
    {
        ReturnKind.Task or ReturnKind.TaskOfResult => "AddTask",
        ReturnKind.ValueTask or ReturnKind.ValueTaskOfResult => "AddValueTask",
        ReturnKind.Stream => "AddStream",
        _ => "Add",
    };

    private static string Settings(MethodModel method)
    {
        List<string> settings = [];

        if (method.TakesCancellationToken)
        {
            settings.Add("TakesCancellationToken = true");
        }

        if (method.MaxPlainItems > 0)
        {
            settings.Add($"MaxPlainItems = {method.MaxPlainItems}");
        }

        return settings.Count == 0 ? string.Empty : $" {{ {string.Join(", ", settings)} }}";
    }

    private static string Description(DispatcherModel service, MethodModel method)
    {
        IEnumerable<string> parameters = method.WireParameters.Select(parameter
            => $"new global::Mprpc.CompilerServices.MprpcParameter({CodeWriter.Quote(parameter.Name)}, "
                + $"{(parameter.Default is null ? "false" : "true")}"
                + $"{(parameter.Rest is not null ? ", true" : parameter.Item is not null ? ", false, true" : string.Empty)})");

        return "new global::Mprpc.CompilerServices.MprpcMethodDescription("
            + $"{CodeWriter.Quote(service.DisplayName)}, {CodeWriter.Quote(method.Name)}, "
            + $"new global::Mprpc.CompilerServices.MprpcParameter[] {{ {string.Join(", ", parameters)} }}, "
            + $"{(method.NeedsContext ? "true" : "false")}, {(method.WireName is null ? "null" : CodeWriter.Quote(method.WireName))}, "
            + $"static () => {MethodText.Finding(method)}";
    }

    /// <summary>Made when somebody asks, in a delegate that costs little until then.</summary>
    private static string Details(MethodModel method, MethodSchemaModel schema)
    {
        IEnumerable<string> arguments = method.WireParameters.Select((parameter, i) => Argument(parameter, schema.Parameters[i]));
        IEnumerable<string> texts = new[] { schema.Obsolete, schema.Summary }.Concat(schema.ParameterTexts)
            .Select(text => text is null ? "null" : CodeWriter.Quote(text));
        return $"static () => new {Library}MprpcMethodDetails("
            + $"new {Library}MprpcArgument[] {{ {string.Join(", ", arguments)} }}, {CodeWriter.Quote(schema.Result)}, {DescribeTypes}, "
            + $"{(method.Returns == ReturnKind.Void ? "true" : "false")}, {string.Join(", ", texts)})";
    }

    private static string Argument(ParameterModel parameter, string schema)
        => parameter.Rest is { } element
            ? $"{Library}MprpcArgument.Rest<{element}>({CodeWriter.Quote(schema)})"
            : parameter.Item is { } item ? $"{Library}MprpcArgument.Stream<{item}>({CodeWriter.Quote(schema)})"
            : $"{Library}MprpcArgument.Of<{parameter.Type}>({CodeWriter.Quote(schema)}{(parameter.Default is { } value ? $", {value}" : string.Empty)})";

    private static void EmitTypes(CodeWriter code, ServiceSchemaModel schema)
    {
        code.Line($"private static {Library}MprpcTypeSchema[] {DescribeTypes}() => new {Library}MprpcTypeSchema[]");
        code.Open();

        foreach (TypeSchemaModel type in schema.Types)
        {
            code.Line($"new {Library}MprpcTypeSchema(");
            code.More(
                $"{CodeWriter.Quote(type.Key)}, {CodeWriter.Quote(type.Name)}, {CodeWriter.Quote(type.Kind)}, new {Library}MprpcMemberSchema[]",
                "{");

            foreach (MemberSchemaModel member in type.Members)
            {
                code.More($"    new {Library}MprpcMemberSchema({CodeWriter.Quote(member.Type)}, {CodeWriter.Quote(member.Name)}, {member.Key}),");
            }

            code.More("}),");
        }

        code.Close(";");
    }

    private static void EmitInvoker(CodeWriter code, DispatcherModel service, MethodModel method, string invoker)
    {
        var names = new LocalNames("target", "parameters", "context", "cancellationToken");
        string result = method.Returns == ReturnKind.Void ? "global::Mprpc.CompilerServices.NoValue"
            : method.Bytes is not null ? $"global::System.Collections.Generic.IAsyncEnumerable<{method.ResultType}>"
            : method.ReturnType;
        List<string> arguments = [];

        code.Line($"public {result} {CodeWriter.Name(invoker)}(");
        code.More(
            $"global::Mprpc.CompilerServices.MprpcTarget<{service.Type}> target, ref global::Mprpc.CompilerServices.MprpcReader parameters,",
            "global::Mprpc.MprpcCallContext? context, global::System.Threading.CancellationToken cancellationToken)");
        code.Open();

        foreach (ParameterModel parameter in method.Parameters)
        {
            arguments.Add(Argument(code, parameter, names));
        }

        code.Open("if (!parameters.End())");
        code.Line("return default!;");
        code.Close();
        code.Line();

        string receiver = method.DeclaringType == service.Type ? "target.Resolve(context)" : $"(({method.DeclaringType})target.Resolve(context))";
        string call = $"{receiver}.{CodeWriter.Name(method.Name)}({string.Join(", ", arguments)})";

        if (method.Returns == ReturnKind.Void)
        {
            code.Line($"{call};");
            code.Line("return default;");
        }
        else
        {
            code.Line(method.Bytes is null ? $"return {call};" : $"return {Library}MprpcBytes.Result({call});");
        }

        code.Close();
    }

    private static string Argument(CodeWriter code, ParameterModel parameter, LocalNames names)
    {
        switch (parameter.Source)
        {
            case ParameterSource.CancellationToken:
                return "cancellationToken";

            case ParameterSource.CallContext:
                return "context!";

            case ParameterSource.Services:
                return parameter.ServiceKey is null
                    ? "global::Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions."
                        + $"GetRequiredService<{parameter.Type}>(context!.Services)"
                    : "global::Microsoft.Extensions.DependencyInjection.ServiceProviderKeyedServiceExtensions."
                        + $"GetRequiredKeyedService<{parameter.Type}>(context!.Services, {parameter.ServiceKey})";

            default:
                string local = CodeWriter.Name(names.Take(parameter.Name));
                string sent = parameter.Rest is not null ? $"parameters.ReadRest<{parameter.Rest}>()"
                    : parameter.Item is null ? $"parameters.Read<{parameter.Type}>()"
                    : $"{Library}MprpcStreamParameter.Read<{parameter.Item}>(ref parameters, context, {CodeWriter.Quote(parameter.Name)})";
                sent = parameter.Bytes is null ? sent : $"{Library}MprpcBytes.As{parameter.Bytes}({sent})";
                code.Line($"{parameter.Type} {local} = {(parameter.Default is null ? sent : $"parameters.Remaining == 0 ? {parameter.Default} : {sent}")};");
                return local;
        }
    }
}
