using System.Reflection;

namespace Mprpc.AspNetCore.Tests.Security.Parity;

/// <summary>Stands before an object, as what it implements.</summary>
public class DecoratingProxy : DispatchProxy
{
    private object? _inner;

    public static object Decorate(Type contract, object inner)
    {
        var proxy = (DecoratingProxy)Create(contract, typeof(DecoratingProxy));
        proxy._inner = inner;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Invoke(_inner, args);
}
