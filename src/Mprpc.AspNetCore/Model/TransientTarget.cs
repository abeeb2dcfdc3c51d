using Microsoft.Extensions.DependencyInjection;
using Mprpc.CompilerServices;

namespace Mprpc.AspNetCore.Model;

/// <summary>A new object for each call, with nothing scoped or disposable in it: it comes from the root provider, without a scope.</summary>
internal sealed class TransientTarget<TService>(IServiceProvider services, ImplementationCheck check) : MprpcTarget<TService>
    where TService : class
{
    public override TService Resolve(MprpcCallContext? context) => check.Pass(services.GetRequiredService<TService>());
}
