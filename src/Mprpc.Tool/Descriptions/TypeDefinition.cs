namespace Mprpc.Tool.Descriptions;

/// <summary>A type that methods name.</summary>
internal sealed record TypeDefinition(string Name, TypeKind Kind, IReadOnlyList<MemberDescription> Members);
