using Mprpc.Contracts;
using Mprpc.Model;

namespace Mprpc.SourceGenerator.Tests;

public sealed class RunTimeProxyTests : ProxyTests
{
    private protected override Func<MprpcCallInvoker, T> Find<T>(MprpcNamingPolicy policy) => ProxyCompiler.Compile<T>(policy);
}
