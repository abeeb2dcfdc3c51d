namespace Mprpc;

/// <summary>
/// What follows after a filter: the next filter, or the method. When it has completed, <see cref="MprpcInvocation.Result"/> holds the method's result.
/// </summary>
/// <param name="call">The call.</param>
public delegate ValueTask MprpcFilterDelegate(MprpcInvocation call);
