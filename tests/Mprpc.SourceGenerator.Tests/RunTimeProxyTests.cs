using Mprpc.Binding;
using Mprpc.CompilerServices;

namespace Mprpc.SourceGenerator.Tests;

public sealed class RunTimeProxyTests : ProxyTests
{
    private protected override Func<MprpcCallInvoker, T> Find<T>(MprpcNamingPolicy policy) => ProxyCompiler.Compile<T>(policy);
}
