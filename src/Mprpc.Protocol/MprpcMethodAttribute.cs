namespace Mprpc;

/// <summary>Sets how one method is published.</summary>
/// <param name="name">
/// The method's name on the wire, as it is, without the service's prefix or the naming policy; null keeps the name that they give.
/// </param>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class MprpcMethodAttribute(string? name = null) : Attribute
{
    /// <summary>The method's name on the wire, or null where the naming policy makes it from the C# name.</summary>
    public string? Name { get; } = name;
}
