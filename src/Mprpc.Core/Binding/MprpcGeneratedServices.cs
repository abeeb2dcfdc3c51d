using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using Mprpc.Binding;

namespace Mprpc.CompilerServices;

/// <summary>Where generated code leaves the dispatchers of an assembly's services, from its module initializer. For generated code.</summary>
/// <remarks>A service that is not found here is read by reflection at start-up. Safe for concurrent use.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MprpcGeneratedServices
{
    private static readonly ConcurrentDictionary<Type, Delegate> Fillers = new();

    /// <summary>
    /// Registers a service's generated dispatcher; native AOT then keeps the class's methods with their attributes, whichever type is mapped.
    /// </summary>
    /// <typeparam name="TService">The service class.</typeparam>
    /// <param name="addMethods">Adds the methods that the service publishes.</param>
    public static void Register<[DynamicallyAccessedMembers(MethodMetadata.Needed)] TService>(Action<MprpcServiceBuilder<TService>> addMethods)
        where TService : class
        => Fillers[typeof(TService)] = addMethods;

    internal static Action<MprpcServiceBuilder<TService>>? Find<TService>()
        where TService : class
        => (Action<MprpcServiceBuilder<TService>>?)FindFiller(typeof(TService));

    /// <summary>Whether native AOT has kept the methods of a class, since generated code has registered it.</summary>
    internal static bool Keeps(Type type) => FindFiller(type) is not null;

    private static Delegate? FindFiller(Type type)
    {
        if (!Fillers.TryGetValue(type, out Delegate? filler))
        {
            GeneratedCode.Load(type);
            Fillers.TryGetValue(type, out filler);
        }

        return filler;
    }
}
