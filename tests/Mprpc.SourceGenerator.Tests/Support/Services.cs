using System.Reflection;
using Mprpc.Binding;
using Mprpc.CompilerServices;
using Mprpc.Dispatch;

namespace Mprpc.SourceGenerator.Tests.Support;

/// <summary>The same service twice: by the generated dispatcher, and by reflection.</summary>
internal static class Services
{
    /// <exception cref="InvalidOperationException">Nothing was generated, and the fallback must not stand in for it.</exception>
    public static Dispatcher ByGeneratedCode<TService>(TService service, MprpcNamingPolicy policy = MprpcNamingPolicy.SnakeCase)
        where TService : class
    {
        Action<MprpcServiceBuilder<TService>> addMethods = MprpcGeneratedServices.Find<TService>()
            ?? throw new InvalidOperationException($"Nothing was generated for {typeof(TService)}.");
        MprpcServiceBuilder<TService> builder = Builder(service, policy);
        addMethods(builder);
        return Dispatcher(builder);
    }

    public static Dispatcher ByReflection<TService>(TService service)
        where TService : class
    {
        MprpcServiceBuilder<TService> builder = Builder(service);
        typeof(ServiceModel).GetMethod("AddByReflection", BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(typeof(TService))
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, [builder], null);
        return Dispatcher(builder);
    }

    private static MprpcServiceBuilder<TService> Builder<TService>(TService service, MprpcNamingPolicy policy = MprpcNamingPolicy.SnakeCase)
        where TService : class
        => new(new Single<TService>(service), policy, ServiceContract.PrefixOf(typeof(TService)));

    private static Dispatcher Dispatcher<TService>(MprpcServiceBuilder<TService> builder)
        where TService : class
        => new(new MethodTable(builder.Methods), MprpcSerializerOptions.Default, MprpcErrorShape.Message, enableDetailedErrors: true);

    private sealed class Single<TService>(TService service) : MprpcTarget<TService>
    {
        public override TService Resolve(MprpcCallContext? context) => service;
    }
}
