namespace Mprpc.SourceGenerator.Model;

/// <summary>A value within another: a member, an element, a key.</summary>
/// <param name="Type">Its type as C# text, without nullable annotations.</param>
/// <param name="Writing">The statement that writes it, with {0} in the value's place.</param>
/// <param name="Reading">The expression that reads it.</param>
/// <param name="IsSerialized">Whether both go through the serializer.</param>
internal sealed record ValuePart(string Type, string Writing, string Reading, bool IsSerialized = false)
{
    public string Write(string value) => Writes(value) + ";";

    /// <summary>The statement as the body of a lambda.</summary>
    public string Writes(string value) => Writing.Replace("{0}", value);
}
