using Mprpc.Binding;
using Mprpc.Dispatch;

namespace Mprpc.AspNetCore.Model;

/// <summary>A delegate that is served as one method.</summary>
internal sealed class DelegateRegistration(string method, Delegate handler) : ServiceRegistration
{
    public override Type ServiceType => handler.GetType();

    public override string ToString() => $"'{method}'";

    public override IReadOnlyList<RpcMethod> BuildMethods(IServiceProvider services, MprpcNamingPolicy policy)
    {
        if (!handler.HasSingleTarget)
        {
            throw new InvalidOperationException(
                $"The handler of {this} is several delegates in one, of which only the last one's attributes would be known. "
                + "Map one delegate, which calls the others.");
        }

        IReadOnlyList<RpcMethod> methods = ServiceModel.BuildDelegateOfAnyType(string.IsNullOrEmpty(Prefix) ? method : $"{Prefix}.{method}", handler);

        foreach (RpcMethod built in methods)
        {
            built.Metadata = MethodMetadata.Collect(built, typeof(object), implementation: null, Conventions);
        }

        return methods;
    }
}
