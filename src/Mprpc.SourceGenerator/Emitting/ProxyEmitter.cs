using System.Text;
using Microsoft.CodeAnalysis.Text;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Emitting;

/// <summary>Writes the client proxy of a contract: each method writes its call and sends it.</summary>
internal static class ProxyEmitter
{
    // Up to here the head of a text is one byte, the same for every peer; longer ones depend on what the peer knows.
    private const int LongestFixedText = 31;
    private const int LongestFixedArray = 15;
    private const string Library = "global::Mprpc.CompilerServices.";
    private const string TaskOf = "global::System.Threading.Tasks.Task<";
    private const string ValueTaskOf = "global::System.Threading.Tasks.ValueTask<";

    public static SourceText Emit(ProxyModel contract)
    {
        var code = new CodeWriter();
        string name = $"{contract.Identifier}_Proxy";
        code.OpenType($"internal sealed class {name} : {contract.Type}, global::Mprpc.CompilerServices.IMprpcProxy");
        code.Line("private readonly global::Mprpc.CompilerServices.MprpcCallInvoker _invoker;");
        code.Line();
        code.Line($"private {name}(global::Mprpc.CompilerServices.MprpcCallInvoker invoker) => _invoker = invoker;");
        code.Line();
        code.Line("[global::System.Runtime.CompilerServices.ModuleInitializer]");
        code.Line("internal static void Register()");
        string names = string.Concat(contract.Derived.Select(derived => $", {CodeWriter.Quote(derived)}"));
        code.Open();
        code.Line($"global::Mprpc.CompilerServices.MprpcGeneratedProxies.Register<{contract.Type}>(static invoker => new {name}(invoker){names});");
        EmitDocumentation(code, contract);
        code.Close();

        code.Line();
        code.Line("global::Mprpc.CompilerServices.MprpcCallInvoker global::Mprpc.CompilerServices.IMprpcProxy.Invoker => this._invoker;");
        code.Line();
        code.Line($"object global::Mprpc.CompilerServices.IMprpcProxy.Over(global::Mprpc.CompilerServices.MprpcCallInvoker invoker) => new {name}(invoker);");

        foreach (MethodModel method in contract.Methods)
        {
            code.Line();
            EmitMethod(code, method);
        }

        foreach (string stub in contract.Stubs)
        {
            code.Line();
            code.Line(stub);
        }

        return code.End();
    }

    private static void EmitDocumentation(CodeWriter code, ProxyModel contract)
    {
        if (contract.Documentation.Length == 0)
        {
            return;
        }

        const string Documentation = "global::Mprpc.CompilerServices.MprpcMethodDocumentation";
        code.Line($"global::Mprpc.CompilerServices.MprpcGeneratedDocumentation.Register(static () => new {Documentation}[]");
        code.Open();

        foreach (DocumentationModel documented in contract.Documentation)
        {
            IEnumerable<string> texts = documented.ParameterTexts.Select(CodeWriter.Quote)
                .Prepend(documented.Summary is null ? "null" : CodeWriter.Quote(documented.Summary));
            code.Line($"new {Documentation}({MethodText.Finding(documented.Method)}, {string.Join(", ", texts)}),");
        }

        code.Close(");");
    }

    private static void EmitMethod(CodeWriter code, MethodModel method)
    {
        string parameters = string.Join(", ", method.Parameters.Select(parameter => $"{parameter.Type} {CodeWriter.Name(parameter.Name)}"));
        code.Open($"{method.ReturnType} {method.DeclaringType}.{CodeWriter.Name(method.Name)}({parameters})");

        if (method.Returns == ReturnKind.Value)
        {
            code.Line($"throw new global::System.NotSupportedException({CodeWriter.Quote(Synchronous(method))});");
        }
        else
        {
            EmitCall(code, method);
        }

        code.Close();
    }

    private static void EmitCall(CodeWriter code, MethodModel method)
    {
        string request = new LocalNames([.. method.Parameters.Select(parameter => parameter.Name)]).Take("request");
        List<ParameterModel> arguments = [.. method.WireParameters];
        code.Line($"global::Mprpc.CompilerServices.MprpcWriter {request} = this._invoker.BeginCall();");

        if (arguments.Count == 0)
        {
            EmitHead(code, request, method.WireName!, arguments);
        }
        else
        {
            EmitArguments(code, request, method.WireName!, arguments);
        }

        string token = method.Parameters.LastOrDefault(parameter => parameter.Source == ParameterSource.CancellationToken) is { } cancellation
            ? CodeWriter.Name(cancellation.Name)
            : "default";
        string name = CodeWriter.Quote(method.WireName!);

        string call = method.IsIdempotent ? "this._invoker.CallIdempotentAsync" : "this._invoker.CallAsync";

        code.Line(method.HasStreams && method.Returns != ReturnKind.Stream ? Feed(method, name, request, token) : method.Returns switch
        {
            ReturnKind.Void => $"this._invoker.Notify({name}, {request});",
            ReturnKind.Stream => Stream(method, name, request, token),
            ReturnKind.Task => $"return {call}({name}, {request}, {token}).AsTask();",
            ReturnKind.ValueTask => $"return {call}({name}, {request}, {token});",
            ReturnKind.TaskOfResult => $"return {call}<{method.ResultType}>({name}, {request}, {token}).AsTask();",
            _ => $"return {call}<{method.ResultType}>({name}, {request}, {token});",
        });
    }

    private static string Stream(MethodModel method, string name, string request, string token)
    {
        string items = $"this._invoker.StreamAsync<{method.ResultType}>({name}, {request}, {method.Prefetch}, {token})";
        return method.Bytes is null ? $"return {items};"
            : method.ReturnType.StartsWith(TaskOf, StringComparison.Ordinal) ? $"return {Library}MprpcBytes.Open{method.Bytes}Async({items}).AsTask();"
            : method.ReturnType.StartsWith(ValueTaskOf, StringComparison.Ordinal) ? $"return {Library}MprpcBytes.Open{method.Bytes}Async({items});"
            : $"return {Library}MprpcBytes.As{method.Bytes}({items});";
    }

    private static string Feed(MethodModel method, string name, string request, string token) => method.Returns switch
    {
        ReturnKind.Task => $"return this._invoker.FeedAsync({name}, {request}, {token}).AsTask();",
        ReturnKind.ValueTask => $"return this._invoker.FeedAsync({name}, {request}, {token});",
        ReturnKind.TaskOfResult => $"return this._invoker.FeedAsync<{method.ResultType}>({name}, {request}, {token}).AsTask();",
        _ => $"return this._invoker.FeedAsync<{method.ResultType}>({name}, {request}, {token});",
    };

    private static void EmitArguments(CodeWriter code, string request, string name, List<ParameterModel> arguments)
    {
        code.Line();
        code.Open("try");
        EmitHead(code, request, name, arguments);

        for (int i = 0; i < arguments.Count; i++)
        {
            ParameterModel argument = arguments[i];
            string value = CodeWriter.Name(argument.Name);
            string items = argument.Bytes is null ? value : $"{Library}MprpcBytes.Argument({value})";
            code.Line(argument.Rest is not null ? $"{request}.WriteRest<{argument.Rest}>({value});"
                : argument.Item is not null ? $"{request}.WriteStream<{argument.Item}>({i}, {items});"
                : $"{request}.Write<{argument.Type}>({value});");
        }

        code.Close();
        code.Open("catch");
        code.Line($"global::Mprpc.CompilerServices.MprpcCallInvoker.Drop({request});");
        code.Line("throw;");
        code.Close();
        code.Line();
    }

    /// <summary>The name and the head of the arguments, in one piece where both are the same for every peer.</summary>
    private static void EmitHead(CodeWriter code, string request, string name, List<ParameterModel> arguments)
    {
        int count = arguments.Count;
        byte[] utf8 = Encoding.UTF8.GetBytes(name);

        if (arguments.FirstOrDefault(argument => argument.Rest is not null) is { } rest)
        {
            code.Line($"{request}.Write<string>({CodeWriter.Quote(name)});");
            code.Line($"{request}.WriteArrayHeader({count - 1}, {CodeWriter.Name(rest.Name)});");
            return;
        }

        if (utf8.Length > LongestFixedText || count > LongestFixedArray)
        {
            code.Line($"{request}.Write<string>({CodeWriter.Quote(name)});");
            code.Line($"{request}.WriteArrayHeader({count});");
            return;
        }

        IEnumerable<int> bytes = new[] { 0xA0 | utf8.Length }.Concat(utf8.Select(b => (int)b)).Concat([0x90 | count]);
        code.Line($"{request}.WriteRaw(new byte[] {{ {string.Join(", ", bytes.Select(b => $"0x{b:X2}"))} }});    // {CodeWriter.Quote(name)}, {count} params");
    }

    private static string Synchronous(MethodModel method)
        => $"{method.Name} returns its result synchronously, and a client's proxy must not block its thread. "
            + $"Declare it to return Task<{Short(method.ResultType!)}> or ValueTask<{Short(method.ResultType!)}> (MPRPC009).";

    private static string Short(string type) => type.Replace("global::", string.Empty);
}
