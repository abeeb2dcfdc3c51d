using System.Collections.Concurrent;
using System.ComponentModel;

namespace Mprpc.Contracts;

/// <summary>Where generated code leaves the client proxies of an assembly's contracts, from its module initializer. For generated code.</summary>
/// <remarks>Safe for concurrent use.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MprpcGeneratedProxies
{
    private static readonly ConcurrentDictionary<Type, Delegate> Factories = new();

    /// <summary>Registers the proxy of a contract.</summary>
    /// <typeparam name="TContract">The contract interface.</typeparam>
    /// <param name="create">Makes a proxy over an invoker.</param>
    public static void Register<TContract>(Func<MprpcCallInvoker, TContract> create)
        where TContract : class
        => Factories[typeof(TContract)] = create;

    internal static Func<MprpcCallInvoker, TContract>? Find<TContract>()
        where TContract : class
    {
        if (!Factories.TryGetValue(typeof(TContract), out Delegate? create))
        {
            GeneratedCode.Load(typeof(TContract));
            Factories.TryGetValue(typeof(TContract), out create);
        }

        return (Func<MprpcCallInvoker, TContract>?)create;
    }
}
