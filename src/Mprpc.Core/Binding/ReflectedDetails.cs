using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Mprpc.CompilerServices;

namespace Mprpc.Binding;

/// <summary>The types of a method as reflection sees them: what the generator writes at compile time, without documentation.</summary>
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Not reached under native AOT: services are generated.")]
[UnconditionalSuppressMessage("Trimming", "IL2060", Justification = "The generic parameters have no requirements.")]
internal static class ReflectedDetails
{
    private static readonly MethodInfo Typed = typeof(ReflectedDetails).GetMethod(nameof(TypedArgument), BindingFlags.NonPublic | BindingFlags.Static)!;

    private static readonly MethodInfo Rest = typeof(MprpcArgument).GetMethod(nameof(MprpcArgument.Rest))!;

    private static readonly MethodInfo Stream = typeof(MprpcArgument).GetMethod(nameof(MprpcArgument.Stream))!;

    /// <param name="method">The method whose attributes count.</param>
    /// <param name="parameters">Its parameters that stand on the wire.</param>
    public static MprpcMethodDetails Of(MethodInfo method, IEnumerable<ParameterInfo> parameters)
    {
        var schema = new ReflectedSchema();
        MprpcArgument[] arguments = [.. parameters.Select(parameter => Argument(parameter, schema.Of(parameter)))];
        string result = schema.OfResult(method.ReturnParameter);
        IReadOnlyList<MprpcTypeSchema> types = schema.Found;

        string? obsolete = method.GetCustomAttribute<ObsoleteAttribute>() is { } attribute ? attribute.Message ?? "" : null;
        return new MprpcMethodDetails(arguments, result, () => types, method.ReturnType == typeof(void), obsolete);
    }

    private static MprpcArgument Argument(ParameterInfo parameter, string schema)
        => (MprpcArgument)(MethodModel.IsRest(parameter)
            ? Rest.MakeGenericMethod(parameter.ParameterType.GetElementType()!).Invoke(null, [schema])!
            : StreamRules.ItemOf(parameter.ParameterType) is { } item ? Stream.MakeGenericMethod(item).Invoke(null, [schema])!
            : Typed.MakeGenericMethod(parameter.ParameterType).Invoke(null, [schema, MethodModel.DefaultOf(parameter)])!);

    private static MprpcArgument TypedArgument<T>(string schema, object? defaultValue)
        => MprpcArgument.Of(schema, defaultValue is null ? default! : (T)defaultValue);
}
