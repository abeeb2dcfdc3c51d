using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Mprpc.CompilerServices;

namespace Mprpc.Binding;

/// <summary>Finds the client proxy of a contract: the generated one, else one that is compiled at run time.</summary>
internal static class ProxyModel
{
    /// <exception cref="InvalidOperationException">The type is no contract, or a method of it cannot be called.</exception>
    /// <exception cref="NotSupportedException">There is no generated proxy, and code cannot be made at run time.</exception>
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Guarded: not reached under native AOT.")]
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Reached only for a contract that was compiled without the generator.")]
    public static Func<MprpcCallInvoker, TContract> Find<TContract>(MprpcNamingPolicy policy)
        where TContract : class
    {
        if (MprpcGeneratedProxies.Find<TContract>() is { } generated)
        {
            return policy == MprpcNamingPolicy.SnakeCase
                ? generated.Create
                : invoker => generated.Create(new RenamingCallInvoker(invoker, generated.Derived, policy));
        }

        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            throw new NotSupportedException(
                $"{typeof(TContract)} has no generated proxy, and under native AOT none can be made at run time. "
                + "Mark the interface [MprpcService], and compile it with the generator "
                + "that comes with the Mprpc packages.");
        }

        return ProxyCompiler.Compile<TContract>(policy);
    }
}
