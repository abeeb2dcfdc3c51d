using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace Mprpc;

/// <summary>Puts a filter that takes services around the calls of a class, a contract interface or a method.</summary>
/// <typeparam name="TFilter">The filter: resolved from the call's services where it is registered, else made for each call with its constructor's arguments
/// from there.</typeparam>
public sealed class MprpcFilterAttribute<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TFilter> : MprpcFilterAttribute
    where TFilter : class, IMprpcFilter
{
    private static readonly ObjectFactory<TFilter> Create = ActivatorUtilities.CreateFactory<TFilter>([]);

    /// <inheritdoc/>
    public override async ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
    {
        ArgumentNullException.ThrowIfNull(call);

        if (call.Context.Services.GetService<TFilter>() is { } registered)
        {
            await registered.InvokeAsync(call, next).ConfigureAwait(false);
            return;
        }

        TFilter filter = Create(call.Context.Services, null);

        try
        {
            await filter.InvokeAsync(call, next).ConfigureAwait(false);
        }
        finally
        {
            if (filter is IAsyncDisposable asynchronous)
            {
                await asynchronous.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                (filter as IDisposable)?.Dispose();
            }
        }
    }
}
