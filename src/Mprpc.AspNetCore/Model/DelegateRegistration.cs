using Mprpc.Dispatch;
using Mprpc.Model;

namespace Mprpc.AspNetCore.Model;

/// <summary>A delegate that is served as one method.</summary>
internal sealed class DelegateRegistration(string method, Delegate handler) : ServiceRegistration
{
    public override Type ServiceType => handler.GetType();

    public override IReadOnlyList<RpcMethod> BuildMethods(IServiceProvider services, MprpcNamingPolicy policy)
    {
        IReadOnlyList<RpcMethod> methods = ServiceModel.BuildDelegateOfAnyType(string.IsNullOrEmpty(Prefix) ? method : $"{Prefix}.{method}", handler);

        foreach (RpcMethod built in methods)
        {
            built.Metadata = MethodMetadata.Collect(built, implementation: null, Conventions);
        }

        return methods;
    }

    public override string ToString() => $"'{method}'";
}
