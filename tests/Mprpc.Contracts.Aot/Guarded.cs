namespace Mprpc.Contracts.Aot;

internal sealed class InMethod : IGuarded
{
    public Task<int> OpenAsync() => Task.FromResult(1);

    [Authorize]
    public Task<int> GuardedAsync() => Task.FromResult(2);
}

internal sealed class InExplicitMethod : IGuarded
{
    [Authorize]
    Task<int> IGuarded.GuardedAsync() => Task.FromResult(2);

    public Task<int> OpenAsync() => Task.FromResult(1);

    public Task<int> GuardedAsync() => Task.FromResult(3);
}

internal sealed class MappedExplicit : IGuarded
{
    [Authorize]
    Task<int> IGuarded.GuardedAsync() => Task.FromResult(2);

    public Task<int> OpenAsync() => Task.FromResult(1);

    public Task<int> GuardedAsync() => Task.FromResult(3);
}

internal abstract class GuardedBase : IGuarded
{
    public Task<int> OpenAsync() => Task.FromResult(1);

    [Authorize]
    public virtual Task<int> GuardedAsync() => Task.FromResult(2);
}

internal sealed class InMethodOfBase : GuardedBase;

internal sealed class InOverriddenMethod : GuardedBase
{
    public override Task<int> GuardedAsync() => Task.FromResult(3);
}

internal abstract class GuardedApart
{
    [Authorize]
    public abstract Task<int> GuardedAsync();
}

internal sealed class InOverriddenMethodApart : GuardedApart, IGuarded
{
    public Task<int> OpenAsync() => Task.FromResult(1);

    public override Task<int> GuardedAsync() => Task.FromResult(2);
}

internal class OpenBase : IGuarded
{
    public Task<int> OpenAsync() => Task.FromResult(1);

    public virtual Task<int> GuardedAsync() => Task.FromResult(2);
}

internal class InMiddle : OpenBase
{
    [Authorize]
    public override Task<int> GuardedAsync() => Task.FromResult(3);
}

internal sealed class InOverride : OpenBase
{
    [Authorize]
    public override Task<int> GuardedAsync() => Task.FromResult(3);
}

internal sealed class MappedOverride : OpenBase
{
    [Authorize]
    public override Task<int> GuardedAsync() => Task.FromResult(3);
}

internal sealed class InMiddleBelow : InMiddle
{
    public override Task<int> GuardedAsync() => Task.FromResult(4);
}

internal class GenericBase<T> : IGuarded
{
    public Task<int> OpenAsync() => Task.FromResult(1);

    [Authorize]
    public Task<int> GuardedAsync() => Task.FromResult(typeof(T).Name.Length);
}

internal sealed class InGenericBase : GenericBase<string>;

/// <summary>Generated code names it only as it is mapped, with what closes it there.</summary>
internal sealed class GenericGuarded<T> : IGuarded
{
    public Task<int> OpenAsync() => Task.FromResult(1);

    [Authorize]
    public Task<int> GuardedAsync() => Task.FromResult(typeof(T).Name.Length);
}

internal class NotGuarded : IGuarded
{
    public Task<int> OpenAsync() => Task.FromResult(1);

    public Task<int> GuardedAsync() => Task.FromResult(2);
}

internal sealed class InContractAgain : NotGuarded, IGuarded
{
    [Authorize]
    public new Task<int> GuardedAsync() => Task.FromResult(3);
}

internal sealed class InDefaultBody : IGuardedByDefault
{
    public Task<int> OpenAsync() => Task.FromResult(1);
}

/// <summary>Whether the base class's method runs or the one that hides it cannot be told without an interface map.</summary>
internal sealed class Hiding : HidingBase;

internal class HidingBase : NotGuarded
{
    [Authorize]
    public new virtual Task<int> GuardedAsync() => Task.FromResult(3);
}

[Authorize]
internal class GuardedClass : NotGuarded;

internal sealed class BelowGuardedClass : GuardedClass;

internal sealed class Keeper : INumbersKept, IKept<string>
{
    Task<int> IKept<int>.KeepAsync() => Task.FromResult(1);

    [Authorize]
    Task<int> IKept<string>.KeepAsync() => Task.FromResult(2);

    [Authorize]
    Task<int> IKept<int>.TakeAsync() => Task.FromResult(3);

    public Task<int> TakeAsync() => Task.FromResult(4);
}

internal sealed class InContract : IGuardedItself
{
    public Task<int> OpenAsync() => Task.FromResult(1);

    public Task<int> GuardedAsync() => Task.FromResult(2);

    public Task<int> InheritedAsync() => Task.FromResult(3);
}

/// <summary>Served as a class without a contract.</summary>
internal class Counter
{
    public virtual Task<int> OpenAsync() => Task.FromResult(1);

    public virtual Task<int> GuardedAsync() => Task.FromResult(2);
}

internal sealed class GuardedCounter : Counter
{
    [Authorize]
    public override Task<int> GuardedAsync() => Task.FromResult(3);
}

/// <summary>What the error about the class above tells to do.</summary>
[MprpcService]
internal sealed class MarkedCounter : Counter
{
    [Authorize]
    public override Task<int> GuardedAsync() => Task.FromResult(3);
}
