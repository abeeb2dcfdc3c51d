namespace Mprpc.Contracts.Aot;

/// <summary>A contract with a method that the implementations guard, each in a place of its own.</summary>
[MprpcService]
public interface IGuarded
{
    Task<int> OpenAsync();

    Task<int> GuardedAsync();
}

/// <summary>The same with a guarded body of its own.</summary>
public interface IGuardedByDefault : IGuarded
{
    [Authorize]
    Task<int> IGuarded.GuardedAsync() => Task.FromResult(2);
}

/// <summary>A contract that a class may have more than once.</summary>
public interface IKept<T>
{
    Task<int> KeepAsync();

    Task<int> TakeAsync();
}

[MprpcService]
public interface INumbersKept : IKept<int>;

/// <summary>A contract that says itself who may call.</summary>
[MprpcService]
public interface IGuardedItself : IGuardedWhole
{
    Task<int> OpenAsync();

    [LoggedIn]
    Task<int> GuardedAsync();
}

[LoggedIn]
public interface IGuardedWhole
{
    Task<int> InheritedAsync();
}

/// <summary>As [Authorize], which may not stand on interfaces.</summary>
[AttributeUsage(AttributeTargets.Interface | AttributeTargets.Method)]
internal sealed class LoggedInAttribute : Attribute, IAuthorizeData
{
    public string? Policy { get; set; }

    public string? Roles { get; set; }

    public string? AuthenticationSchemes { get; set; }
}
