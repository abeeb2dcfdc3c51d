using Mprpc.Binding;
using Mprpc.CompilerServices;

namespace Mprpc.SourceGenerator.Tests;

public sealed class GeneratedProxyTests : ProxyTests
{
    private protected override Func<MprpcCallInvoker, T> Find<T>(MprpcNamingPolicy policy)
    {
        Assert.NotNull(MprpcGeneratedProxies.Find<T>());
        return ProxyModel.Find<T>(policy);
    }
}
