using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>A type that has a model of its members, and the types of these in the same order.</summary>
internal sealed class ParsedObject(ObjectModel model, IReadOnlyList<ITypeSymbol> memberTypes)
{
    public ObjectModel Model { get; } = model;

    public IReadOnlyList<ITypeSymbol> MemberTypes { get; } = memberTypes;
}
