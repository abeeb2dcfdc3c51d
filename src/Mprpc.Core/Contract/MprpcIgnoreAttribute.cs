namespace Mprpc;

/// <summary>Keeps a public method off the wire: a call to it gets the same error as a call to a method that does not exist.</summary>
/// <remarks>Where a service implements a contract interface, the interface's methods bear the attribute; on the class it has no effect.</remarks>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class MprpcIgnoreAttribute : Attribute;
