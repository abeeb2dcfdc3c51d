using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Mprpc.CompilerServices;
using Mprpc.Dispatch;

namespace Mprpc.AspNetCore.Model;

/// <summary>
/// A new object for each call, of a class that is not registered: its constructor's arguments come from the services, and it is disposed after the answer.
/// </summary>
internal sealed class ActivatedTarget<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TService> : MprpcTarget<TService>
    where TService : class
{
    private static readonly bool IsDisposable
        = typeof(TService).IsAssignableTo(typeof(IDisposable)) || typeof(TService).IsAssignableTo(typeof(IAsyncDisposable));

    private readonly IServiceProvider _services;
    private readonly bool _needsScope;
    private readonly ObjectFactory<TService> _create;

    /// <exception cref="InvalidOperationException">The class cannot be created.</exception>
    public ActivatedTarget(IServiceProvider services, bool needsScope)
    {
        _services = services;
        _needsScope = needsScope;

        try
        {
            // Made once: a factory takes hundreds of microseconds to make.
            _create = ActivatorUtilities.CreateFactory<TService>(Type.EmptyTypes);
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException(
                $"{typeof(TService)} cannot be created for its calls: {exception.Message} "
                + $"Register it (builder.Services.AddScoped<{typeof(TService).Name}>()), or give it one public constructor.",
                exception);
        }
    }

    internal override bool NeedsContext => _needsScope || IsDisposable;

    public override TService Resolve(MprpcCallContext? context)
    {
        TService service = _create(_needsScope ? context!.Services : _services, null);

        if (IsDisposable)
        {
            ((CallContext)context!).DisposeAfterCall(service);
        }

        return service;
    }
}
