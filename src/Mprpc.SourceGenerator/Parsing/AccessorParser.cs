using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Says how generated code reaches a setter of a generic type: the runtime finds it only by the type's own parameters.</summary>
internal static class AccessorParser
{
    /// <summary>The accessor, or null where the declaring type is not generic.</summary>
    public static AccessorModel? Of(ISymbol member)
    {
        List<INamedTypeSymbol> levels = [];

        for (INamedTypeSymbol? level = member.ContainingType; level is not null; level = level.ContainingType)
        {
            levels.Insert(0, level);
        }

        List<ITypeParameterSymbol> parameters = [.. levels.SelectMany(level => level.OriginalDefinition.TypeParameters)];

        if (parameters.Count == 0)
        {
            return null;
        }

        ISymbol definition = member.OriginalDefinition;
        ITypeSymbol type = definition is IPropertySymbol property ? property.Type : ((IFieldSymbol)definition).Type;

        return new AccessorModel(
            $"<{string.Join(", ", parameters.Select(parameter => parameter.Name))}>",
            string.Concat(parameters.Select(Constraint)),
            $"<{string.Join(", ", levels.SelectMany(level => level.TypeArguments).Select(TypeText.Of))}>",
            TypeText.Of(definition.ContainingType),
            TypeText.Of(type));
    }

    private static string Constraint(ITypeParameterSymbol parameter)
    {
        List<string> constraints = [];

        if (parameter.HasUnmanagedTypeConstraint)
        {
            constraints.Add("unmanaged");
        }
        else if (parameter.HasValueTypeConstraint)
        {
            constraints.Add("struct");
        }
        else if (parameter.HasReferenceTypeConstraint)
        {
            constraints.Add(parameter.ReferenceTypeConstraintNullableAnnotation == NullableAnnotation.Annotated ? "class?" : "class");
        }
        else if (parameter.HasNotNullConstraint)
        {
            constraints.Add("notnull");
        }

        constraints.AddRange(parameter.ConstraintTypes.Select(TypeText.Of));

        if (parameter.HasConstructorConstraint && !parameter.HasValueTypeConstraint)
        {
            constraints.Add("new()");
        }

        return constraints.Count == 0 ? string.Empty : $" where {parameter.Name} : {string.Join(", ", constraints)}";
    }
}
