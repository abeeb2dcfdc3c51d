namespace Mprpc;

/// <summary>Marks an interface or a class whose methods can be called over MessagePack-RPC.</summary>
/// <remarks>
/// Optional on a class: a class without it publishes its own public instance methods, except those that implement an interface of another assembly named
/// System.* or Microsoft.* and are not marked [MprpcMethod]. A class that implements an interface with this attribute publishes what the interface declares and
/// nothing else.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface, Inherited = false)]
public sealed class MprpcServiceAttribute : Attribute
{
    /// <summary>Put before each method's wire name with a dot: <c>Prefix = "calc"</c> makes Sum <c>calc.sum</c>. Default null: no prefix.</summary>
    public string? Prefix { get; set; }
}
