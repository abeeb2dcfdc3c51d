namespace Mprpc.Tool.Descriptions;

/// <summary>What a server tells of its methods.</summary>
/// <param name="Methods">In the order of their names.</param>
/// <param name="Types">By name.</param>
internal sealed record ServerDescription(IReadOnlyList<MethodDescription> Methods, IReadOnlyDictionary<string, TypeDefinition> Types)
{
    public MethodDescription? Find(string method) => Methods.FirstOrDefault(described => described.Name == method);

    /// <summary>The types that methods name, and those that these name, in the order of their names; handles, as neovim has them, are not among them.</summary>
    public IReadOnlyCollection<TypeDefinition> TypesOf(IEnumerable<MethodDescription> methods)
    {
        var wanted = new Queue<string>(
            methods.SelectMany(method => method.Parameters.Select(parameter => parameter.Type).Append(method.Returns)).SelectMany(type => type.AllNames));
        var found = new SortedDictionary<string, TypeDefinition>(StringComparer.Ordinal);

        while (wanted.TryDequeue(out string? name))
        {
            if (Types.TryGetValue(name, out TypeDefinition? type) && type.Kind != TypeKind.Other && found.TryAdd(name, type))
            {
                type.Members.SelectMany(member => member.Type.AllNames).ToList().ForEach(wanted.Enqueue);
            }
        }

        return found.Values;
    }
}
