namespace Mprpc.SourceGenerator.Model;

/// <summary>A contract interface that a generated client proxy implements.</summary>
/// <param name="Type">The interface as C# text.</param>
/// <param name="Identifier">A name made of it that is unique among the generated types.</param>
/// <param name="Methods">The methods that are calls, with their wire names.</param>
/// <param name="Stubs">The other members, ready as C# text.</param>
/// <param name="Derived">The wire names that are made of C# names, each followed by that name: a client with another naming policy makes others of
/// them.</param>
/// <param name="Documentation">What is documented of the methods, for the service, which may be compiled elsewhere.</param>
internal sealed record ProxyModel(
    string Type,
    string Identifier,
    EquatableArray<MethodModel> Methods,
    EquatableArray<string> Stubs,
    EquatableArray<string> Derived,
    EquatableArray<DocumentationModel> Documentation);
