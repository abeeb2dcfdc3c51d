using Microsoft.Extensions.DependencyInjection;

namespace Mprpc.Binding;

/// <summary>Gets a parameter that comes from the call's services.</summary>
internal static class ServiceParameter
{
    /// <exception cref="InvalidOperationException">The service is not registered.</exception>
    public static T Resolve<T>(MprpcCallContext context, FromKeyedServicesAttribute? keyed)
        where T : notnull
        => keyed is null ? context.Services.GetRequiredService<T>() : context.Services.GetRequiredKeyedService<T>(keyed.Key);
}
