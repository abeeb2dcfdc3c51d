using Mprpc.Dispatch;

namespace Mprpc.AspNetCore;

/// <summary>
/// Gives the context of the call that is running to code that cannot take it as a parameter. Add it with <c>AddMprpc().AddCallContextAccessor()</c>; each call
/// then pays for it.
/// </summary>
/// <remarks>Safe for concurrent use: each call sees its own.</remarks>
public interface IMprpcCallContextAccessor
{
    /// <summary>The call's context; null outside of a call.</summary>
    MprpcCallContext? CallContext { get; }
}
