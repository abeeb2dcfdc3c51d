using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Makes the model of a published method.</summary>
internal static class MethodParser
{
    public static MethodModel Parse(IMethodSymbol method, string? wireName)
    {
        (ReturnKind kind, ITypeSymbol? result) = ReturnOf(method);
        return new MethodModel(
            method.Name,
            TypeText.Plain(PublishedMethods.Definition(method).ContainingType),
            wireName,
            kind,
            kind == ReturnKind.Stream ? StreamRules.ReturnedBytes(method.ReturnType)?.Name : null,
            method.ReturnsVoid ? "void" : TypeText.Of(method.ReturnType),
            result is null ? null : ItemText(result),
            new EquatableArray<ParameterModel>(method.Parameters.Select(Parse)),
            StreamSetting(method, "Prefetch"),
            StreamSetting(method, "MaxPlainItems"),
            method.Attribute(Names.MethodAttribute)?.Named("Idempotent") is true);
    }

    /// <summary>The name that an attribute sets, or null.</summary>
    public static string? ExplicitName(IMethodSymbol method)
        => method.Attribute(Names.MethodAttribute)?.ConstructorArguments.FirstOrDefault().Value as string;

    /// <summary>How a method gives its result back, and the type of it where there is one: of a stream that of its items, of one of bytes its own.</summary>
    public static (ReturnKind Kind, ITypeSymbol? Result) ReturnOf(IMethodSymbol method)
    {
        if (method.ReturnsVoid)
        {
            return (ReturnKind.Void, null);
        }

        if (StreamRules.ReturnedBytes(method.ReturnType) is { } bytes)
        {
            return (ReturnKind.Stream, bytes);
        }

        if (method.ReturnType is INamedTypeSymbol type)
        {
            if (type.Is("System.Threading.Tasks.Task"))
            {
                return type.Arity == 0 ? (ReturnKind.Task, null) : (ReturnKind.TaskOfResult, type.TypeArguments[0]);
            }

            if (type.Is("System.Threading.Tasks.ValueTask"))
            {
                return type.Arity == 0 ? (ReturnKind.ValueTask, null) : (ReturnKind.ValueTaskOfResult, type.TypeArguments[0]);
            }

            if (StreamRules.ItemOf(type) is { } item)
            {
                return (ReturnKind.Stream, item);
            }
        }

        return (ReturnKind.Value, method.ReturnType);
    }

    public static ParameterSource SourceOf(IParameterSymbol parameter)
        => parameter.Type.Is("System.Threading.CancellationToken") ? ParameterSource.CancellationToken
            : parameter.Type.Is(Names.CallContext) ? ParameterSource.CallContext
            : Attributes(parameter).Any(IsService) ? ParameterSource.Services
            : ParameterSource.Wire;

    /// <summary>Whether a parameter takes all that a peer sends from there on.</summary>
    public static bool IsRest(IParameterSymbol parameter)
        => parameter.IsParams && parameter.Type is IArrayTypeSymbol { Rank: 1 } && SourceOf(parameter) == ParameterSource.Wire;

    /// <summary>Whether a parameter wants a keyed service whose key is not known at compile time, because a derived attribute makes it.</summary>
    public static bool HasHiddenKey(IParameterSymbol parameter)
        => Attributes(parameter).Any(attribute => IsKeyed(attribute.AttributeClass)
            && (!attribute.AttributeClass.Is(Names.FromKeyedServices) || KeyOf(attribute) is null));

    /// <summary>The type of the items of a parameter that is a stream, of one of bytes its own; or null.</summary>
    public static ITypeSymbol? ItemOf(IParameterSymbol parameter)
        => SourceOf(parameter) != ParameterSource.Wire ? null
            : StreamRules.IsBytes(parameter.Type) ? parameter.Type
            : StreamRules.ItemOf(parameter.Type);

    private static ParameterModel Parse(IParameterSymbol parameter)
    {
        AttributeData? keyed = Attributes(parameter).FirstOrDefault(attribute => IsKeyed(attribute.AttributeClass));
        return new ParameterModel(
            parameter.Name,
            TypeText.Of(parameter.Type),
            TypeText.InTypeOf(parameter.Type),
            SourceOf(parameter),
            DefaultValue.Of(parameter),
            keyed is null ? null : KeyOf(keyed),
            IsRest(parameter) ? TypeText.Of(((IArrayTypeSymbol)parameter.Type).ElementType) : null,
            ItemOf(parameter) is { } item ? ItemText(item) : null,
            ItemOf(parameter) is { } bytes && StreamRules.IsBytes(bytes) ? bytes.Name : null);
    }

    private static string ItemText(ITypeSymbol item) => StreamRules.IsBytes(item) ? "global::System.ReadOnlyMemory<byte>" : TypeText.Of(item);

    /// <summary>What [MprpcStream] says, which is inherited; 0 without it.</summary>
    private static int StreamSetting(IMethodSymbol method, string property)
    {
        for (IMethodSymbol? at = method; at is not null; at = at.OverriddenMethod)
        {
            if (at.Attribute(Names.StreamAttribute) is { } attribute)
            {
                return attribute.Named(property) is int value ? value : 0;
            }
        }

        return 0;
    }

    private static string? KeyOf(AttributeData attribute)
        => attribute.ConstructorArguments.Length == 0 ? "null" : DefaultValue.Of(attribute.ConstructorArguments[0]);

    /// <summary>The attributes of a parameter and, since they are inherited, of the same one in the methods that its method overrides.</summary>
    private static IEnumerable<AttributeData> Attributes(IParameterSymbol parameter)
    {
        for (IMethodSymbol? method = parameter.ContainingSymbol as IMethodSymbol; method is not null; method = method.OverriddenMethod)
        {
            foreach (AttributeData attribute in method.Parameters[parameter.Ordinal].GetAttributes())
            {
                yield return attribute;
            }
        }
    }

    private static bool IsService(AttributeData attribute)
        => IsKeyed(attribute.AttributeClass) || (attribute.AttributeClass?.AllInterfaces.Any(type => type.Is(Names.FromServicesInterface)) ?? false);

    private static bool IsKeyed(INamedTypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.Is(Names.FromKeyedServices))
            {
                return true;
            }
        }

        return false;
    }
}
