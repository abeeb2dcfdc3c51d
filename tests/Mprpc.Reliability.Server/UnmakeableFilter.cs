namespace Mprpc.Reliability.Server;

/// <summary>A filter that cannot be made.</summary>
public sealed class UnmakeableFilter : IMprpcFilter
{
    public UnmakeableFilter() => throw new InvalidOperationException("secret");

    public ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next) => next?.Invoke(call) ?? default;
}
