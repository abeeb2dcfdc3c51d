namespace Mprpc.SourceGenerator.Model;

/// <summary>What a service tells its callers of itself.</summary>
/// <param name="Methods">One for each method of its dispatcher, in the same order.</param>
/// <param name="Types">The named types of these.</param>
internal sealed record ServiceSchemaModel(EquatableArray<MethodSchemaModel> Methods, EquatableArray<TypeSchemaModel> Types);
