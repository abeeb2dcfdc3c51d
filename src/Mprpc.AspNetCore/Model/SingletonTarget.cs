using Microsoft.Extensions.DependencyInjection;
using Mprpc.CompilerServices;

namespace Mprpc.AspNetCore.Model;

/// <summary>One object for all calls, resolved at the first.</summary>
internal sealed class SingletonTarget<TService>(IServiceProvider services, ImplementationCheck check) : MprpcTarget<TService>
    where TService : class
{
    private TService? _service;

    public override TService Resolve(MprpcCallContext? context) => _service ??= check.Pass(services.GetRequiredService<TService>());
}
