using Mprpc.CompilerServices;

namespace Mprpc.Client.Connections;

/// <summary>
/// What the server calls, with a note for the calls that it makes meanwhile: they may not wait for the place of the call that waits for them.
/// </summary>
/// <param name="service">The object, or the delegate.</param>
/// <param name="options">The client's, frozen: they stand for the client.</param>
internal sealed class ServingTarget<TService>(TService service, MprpcClientOptions options) : MprpcTarget<TService>
{
    public override TService Resolve(MprpcCallContext? context)
    {
        Serving.Begin(options);
        return service;
    }
}
