namespace Mprpc.SourceGenerator.Model;

/// <summary>A named type as it stands on the wire.</summary>
/// <param name="Key">Its full name.</param>
/// <param name="Name">Its short name.</param>
/// <param name="Kind">map, array or enum.</param>
/// <param name="Members">Its members.</param>
internal sealed record TypeSchemaModel(string Key, string Name, string Kind, EquatableArray<MemberSchemaModel> Members);
