namespace Mprpc.SourceGenerator.Model;

/// <summary>A service whose calls are dispatched by generated code.</summary>
/// <param name="Type">The service class as C# text.</param>
/// <param name="Identifier">A name made of it that is unique among the generated types.</param>
/// <param name="DisplayName">What errors and logs call it.</param>
/// <param name="Methods">What it publishes.</param>
/// <param name="Schema">The types and documentation of these.</param>
internal sealed record DispatcherModel(
    string Type, string Identifier, string DisplayName, EquatableArray<MethodModel> Methods, ServiceSchemaModel Schema);
