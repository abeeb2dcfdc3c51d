namespace Mprpc;

/// <summary>A filter as an attribute of a service class, a contract interface or a method; derive from it.</summary>
/// <remarks>One object serves all calls, at once. For a filter that takes services, use <see cref="MprpcFilterAttribute{TFilter}"/>.</remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Method, AllowMultiple = true)]
public abstract class MprpcFilterAttribute : Attribute, IMprpcFilter
{
    /// <summary>Lower runs further outside. Default 0, as filters have that are no attributes.</summary>
    public int Order { get; set; }

    /// <inheritdoc/>
    public abstract ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next);
}
