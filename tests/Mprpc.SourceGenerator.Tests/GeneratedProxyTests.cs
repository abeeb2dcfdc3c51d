using Mprpc.Contracts;

namespace Mprpc.SourceGenerator.Tests;

public sealed class GeneratedProxyTests : ProxyTests
{
    private protected override Func<MprpcCallInvoker, T> Find<T>() => MprpcGeneratedProxies.Find<T>()!;
}
