using Mprpc.CompilerServices;

namespace Mprpc.Dispatch;

/// <summary>One given object for all calls.</summary>
internal sealed class InstanceTarget<TService>(TService service) : MprpcTarget<TService>
{
    public override TService Resolve(MprpcCallContext? context) => service;
}
