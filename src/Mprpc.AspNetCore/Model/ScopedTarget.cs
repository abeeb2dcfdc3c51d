using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.CompilerServices;

namespace Mprpc.AspNetCore.Model;

/// <summary>An object from the call's scope.</summary>
internal sealed class ScopedTarget<TService>(ImplementationCheck check) : MprpcTarget<TService>
    where TService : class
{
    internal override bool NeedsContext => true;

    public override TService Resolve(MprpcCallContext? context)
    {
        Debug.Assert(context is not null, "NeedsContext is true.");
        return check.Pass(context.Services.GetRequiredService<TService>());
    }
}
