namespace Mprpc;

/// <summary>Keeps a public method off the wire: a call to it gets the same error as a call to a method that does not exist.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class MprpcIgnoreAttribute : Attribute;
