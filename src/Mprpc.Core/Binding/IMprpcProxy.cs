using System.ComponentModel;

namespace Mprpc.CompilerServices;

/// <summary>What every proxy of a contract can besides its contract. For generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IMprpcProxy
{
    /// <summary>What the proxy calls through.</summary>
    MprpcCallInvoker Invoker { get; }

    /// <summary>A proxy of the same contract over another invoker.</summary>
    /// <param name="invoker">What it calls through.</param>
    object Over(MprpcCallInvoker invoker);
}
