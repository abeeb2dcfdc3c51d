using System.Diagnostics.CodeAnalysis;
using Mprpc.Dispatch;
using Mprpc.Model;

namespace Mprpc.AspNetCore.Model;

/// <summary>A delegate that is served as one method.</summary>
internal sealed class DelegateRegistration(string method, Delegate handler) : ServiceRegistration
{
    public override Type ServiceType => handler.GetType();

    public override string ToString() => $"'{method}'";

    protected override IReadOnlyList<RpcMethod> CreateMethods(IServiceProvider services, MprpcNamingPolicy policy)
        => ServiceModel.BuildDelegateOfAnyType(string.IsNullOrEmpty(Prefix) ? method : $"{Prefix}.{method}", handler);

    [return: DynamicallyAccessedMembers(NeededMembers)]
    protected override Type? Implementation(IServiceProvider services) => null;
}
