using System.Collections.Concurrent;
using System.ComponentModel;
using Mprpc.Binding;

namespace Mprpc.CompilerServices;

/// <summary>Where generated code leaves the client proxies of an assembly's contracts, from its module initializer. For generated code.</summary>
/// <remarks>Safe for concurrent use.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MprpcGeneratedProxies
{
    private static readonly ConcurrentDictionary<Type, (Delegate Create, string[] Derived)> Factories = new();

    /// <summary>Registers the proxy of a contract.</summary>
    /// <typeparam name="TContract">The contract interface.</typeparam>
    /// <param name="create">Makes a proxy over an invoker.</param>
    /// <param name="derived">The wire names that are made of C# names, each followed by that name: a client with another naming policy makes others of
    /// them.</param>
    public static void Register<TContract>(Func<MprpcCallInvoker, TContract> create, params string[] derived)
        where TContract : class
        => Factories[typeof(TContract)] = (create, derived);

    internal static (Func<MprpcCallInvoker, TContract> Create, string[] Derived)? Find<TContract>()
        where TContract : class
    {
        if (!Factories.TryGetValue(typeof(TContract), out (Delegate Create, string[] Derived) found))
        {
            GeneratedCode.Load(typeof(TContract));
            Factories.TryGetValue(typeof(TContract), out found);
        }

        return found.Create is null ? null : ((Func<MprpcCallInvoker, TContract>)found.Create, found.Derived);
    }
}
