using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Finds calls with a result through what stands for many clients: they throw when they are made.</summary>
internal static class TargetCall
{
    private const string Clients = "IMprpcClients";
    private const string Namespace = "Mprpc.AspNetCore";

    // Single is one client, and User gives the first result.
    private static readonly string[] OfMany = ["All", "AllExcept", "Group", "Users"];

    /// <returns>What stands for many: <c>Group(...)</c>, for the message; null: the call is none of these.</returns>
    public static string? Of(IInvocationOperation call)
        => call.TargetMethod is { ReturnsVoid: false, IsStatic: false } && call.Instance is { } instance ? TargetOf(instance) : null;

    private static string? TargetOf(IOperation operation) => operation switch
    {
        IConversionOperation conversion => TargetOf(conversion.Operand),
        IPropertyReferenceOperation property => NameOf(property.Property),
        ILocalReferenceOperation local => InitialOf(local) is { } initial ? TargetOf(initial) : null,
        IInvocationOperation { TargetMethod: { Name: "With", IsExtensionMethod: true } } with
            => with.Arguments.FirstOrDefault()?.Value is { } client ? TargetOf(client) : null,
        IInvocationOperation call => NameOf(call.TargetMethod),
        _ => null,
    };

    private static string? NameOf(ISymbol member)
    {
        ITypeSymbol? type = (member as IPropertySymbol)?.Type ?? (member as IMethodSymbol)?.ReturnType;
        return OfMany.Contains(member.Name) && SymbolEqualityComparer.Default.Equals(type, ContractOf(member.ContainingType)) ? member.Name : null;
    }

    /// <summary>The contract of <c>IMprpcClients&lt;T&gt;</c>, or of what implements it.</summary>
    private static ITypeSymbol? ContractOf(INamedTypeSymbol type)
    {
        IEnumerable<INamedTypeSymbol> candidates = type.AllInterfaces.Concat([type]);
        return candidates.FirstOrDefault(candidate => candidate is { Name: Clients, TypeArguments.Length: 1 }
            && candidate.ContainingNamespace.ToDisplayString() == Namespace)?.TypeArguments[0];
    }

    /// <summary>What a local was declared with, if it gets nothing else later.</summary>
    private static IOperation? InitialOf(ILocalReferenceOperation reference)
    {
        IOperation root = reference;

        while (root.Parent is not null)
        {
            root = root.Parent;
        }

        IVariableDeclaratorOperation? declared = null;

        foreach (IOperation operation in root.Descendants())
        {
            if (operation is IVariableDeclaratorOperation declarator && SymbolEqualityComparer.Default.Equals(declarator.Symbol, reference.Local))
            {
                declared = declarator;
            }
            else if (operation is IAssignmentOperation { Target: ILocalReferenceOperation target }
                && SymbolEqualityComparer.Default.Equals(target.Local, reference.Local))
            {
                return null;
            }
        }

        return declared?.GetVariableInitializer()?.Value;
    }
}
