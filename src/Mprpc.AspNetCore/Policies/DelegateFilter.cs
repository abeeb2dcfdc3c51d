namespace Mprpc.AspNetCore.Policies;

/// <summary>A filter that is a delegate.</summary>
internal sealed class DelegateFilter(Func<MprpcInvocation, MprpcFilterDelegate, ValueTask> filter) : IMprpcFilter
{
    public ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next) => filter(call, next);
}
