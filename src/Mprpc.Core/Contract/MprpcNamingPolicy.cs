namespace Mprpc;

/// <summary>How a C# method name becomes a name on the wire. The suffix <c>Async</c> is dropped first, whatever the policy.</summary>
public enum MprpcNamingPolicy
{
    /// <summary><c>GetUserAsync</c> becomes <c>get_user</c>: what callers in Python, Ruby, Lua and C++ expect. The default.</summary>
    SnakeCase,

    /// <summary><c>GetUserAsync</c> becomes <c>getUser</c>: what callers in Java and JavaScript expect.</summary>
    CamelCase,

    /// <summary><c>GetUserAsync</c> becomes <c>GetUser</c>: what callers in Go and C# expect.</summary>
    AsDeclared,
}
