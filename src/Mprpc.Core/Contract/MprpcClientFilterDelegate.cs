namespace Mprpc;

/// <summary>
/// What follows after a client's filter: the next filter, or the sending of the call. When it has completed, <see
/// cref="MprpcClientInvocation.Result"/> holds the
/// result; a notification is on its way then.
/// </summary>
/// <param name="call">The call.</param>
public delegate ValueTask MprpcClientFilterDelegate(MprpcClientInvocation call);
