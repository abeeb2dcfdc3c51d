using System.Collections.Concurrent;
using System.ComponentModel;

namespace Mprpc.Contracts;

/// <summary>Where generated code leaves the dispatchers of an assembly's services, from its module initializer. For generated code.</summary>
/// <remarks>A service that is not found here is read by reflection at start-up. Safe for concurrent use.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MprpcGeneratedServices
{
    private static readonly ConcurrentDictionary<Type, Delegate> Fillers = new();

    /// <summary>Registers a service's generated dispatcher.</summary>
    /// <typeparam name="TService">The service class.</typeparam>
    /// <param name="addMethods">Adds the methods that the service publishes.</param>
    public static void Register<TService>(Action<MprpcServiceBuilder<TService>> addMethods)
        where TService : class
        => Fillers[typeof(TService)] = addMethods;

    internal static Action<MprpcServiceBuilder<TService>>? Find<TService>()
        where TService : class
    {
        if (!Fillers.TryGetValue(typeof(TService), out Delegate? filler))
        {
            GeneratedCode.Load(typeof(TService));
            Fillers.TryGetValue(typeof(TService), out filler);
        }

        return (Action<MprpcServiceBuilder<TService>>?)filler;
    }
}
