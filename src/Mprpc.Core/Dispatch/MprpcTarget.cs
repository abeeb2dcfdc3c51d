using System.ComponentModel;

namespace Mprpc.CompilerServices;

/// <summary>Gives the object that a method is called on. For generated code.</summary>
/// <typeparam name="TService">The service class.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class MprpcTarget<TService>
{
    /// <summary>Returns the service for one call. To be called after the parameters were read: it may run the service's constructor.</summary>
    /// <param name="context">The call's context, or null where neither the method nor its service needs one.</param>
    public abstract TService Resolve(MprpcCallContext? context);

    /// <summary>Whether <see cref="Resolve"/> needs a context, because the service lives in the call's scope.</summary>
    internal virtual bool NeedsContext => false;
}
