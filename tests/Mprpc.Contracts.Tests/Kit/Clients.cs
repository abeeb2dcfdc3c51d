namespace Mprpc.Contracts.Tests.Kit;

/// <summary>An application whose only service is a typed client.</summary>
internal static class Clients
{
    public static ServiceProvider Of<TContract>(string url, MprpcSerializerOptions? serializer = null)
        where TContract : class
        => new ServiceCollection()
            .AddMprpcClient<TContract>(url, options => options.Serializer = serializer ?? options.Serializer).Services
            .BuildServiceProvider();
}
