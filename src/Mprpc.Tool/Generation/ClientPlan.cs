using Mprpc.Tool.Descriptions;

namespace Mprpc.Tool.Generation;

/// <summary>What a generated client consists of.</summary>
/// <param name="Server">The methods of the client, and the types that they may name.</param>
/// <param name="Name">The name of the client's type.</param>
/// <param name="Namespace">The namespace, for C#.</param>
/// <param name="Prefix">What the names of all methods begin with, and no name of the client's.</param>
/// <param name="Source">Where the description comes from, for the file's first line.</param>
internal sealed record ClientPlan(ServerDescription Server, string Name, string Namespace, string Prefix, string Source)
{
    /// <summary>The described types that are written: those that the methods need.</summary>
    public IReadOnlyCollection<TypeDefinition> Types { get; } = Server.TypesOf(Server.Methods);

    /// <summary>A method's name without the prefix, and what stands between.</summary>
    public string ShortName(MethodDescription method)
        => method.Name[Prefix.Length..].TrimStart('.', '_', '/', ':') is { Length: > 0 } rest ? rest : method.Name;

    /// <summary>The definition of a named type; null for a word of the protocol, a handle, and what is not described.</summary>
    public TypeDefinition? Definition(string name)
        => !TypeNames.IsWord(name) && Server.Types.TryGetValue(name, out TypeDefinition? type) && type.Kind != TypeKind.Other ? type : null;
}
