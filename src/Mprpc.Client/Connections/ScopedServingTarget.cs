using Microsoft.Extensions.DependencyInjection;
using Mprpc.CompilerServices;

namespace Mprpc.Client.Connections;

/// <summary>What the server calls, from the scope of each call; with the note of <see cref="ServingTarget{TService}"/>.</summary>
/// <param name="options">The client's, frozen: they stand for the client.</param>
internal sealed class ScopedServingTarget<TService>(MprpcClientOptions options) : MprpcTarget<TService>
    where TService : class
{
    internal override bool NeedsContext => true;

    public override TService Resolve(MprpcCallContext? context)
    {
        Serving.Begin(options);
        return context!.Services.GetRequiredService<TService>();
    }
}
