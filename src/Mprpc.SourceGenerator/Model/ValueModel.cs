namespace Mprpc.SourceGenerator.Model;

/// <summary>A type of a contract that generated code reads and writes in place.</summary>
/// <param name="Type">The type as C# text, without nullable annotations.</param>
/// <param name="Identifier">A name made of the type that is unique among the generated types.</param>
/// <param name="DisplayName">What errors call it.</param>
/// <param name="Shape">What it is made of.</param>
/// <param name="IsRecursive">Whether values of the type may contain others of it.</param>
/// <param name="Object">Its members where it has some, else null.</param>
/// <param name="Parts">How the members are written, in the members' order; or the element, or the key and the value.</param>
internal sealed record ValueModel(
    string Type, string Identifier, string DisplayName, ValueShape Shape, bool IsRecursive, ObjectModel? Object, EquatableArray<ValuePart> Parts)
{
    /// <summary>The name of the generated class.</summary>
    public string ClassName => ClassNameOf(Identifier);

    public static string ClassNameOf(string identifier) => $"{identifier}_Value";
}
