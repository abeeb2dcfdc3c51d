using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>A type that has a model of its members, and the types of these in the same order.</summary>
internal sealed class ParsedObject(ObjectModel model, IReadOnlyList<ITypeSymbol> memberTypes, IReadOnlyList<ITypeSymbol> declaredTypes)
{
    public ObjectModel Model { get; } = model;

    public IReadOnlyList<ITypeSymbol> MemberTypes { get; } = memberTypes;

    /// <summary>The types as they are declared: with the type parameters of a generic type, where <see cref="MemberTypes"/> has its arguments.</summary>
    public IReadOnlyList<ITypeSymbol> DeclaredTypes { get; } = declaredTypes;
}
