namespace Mprpc.Client.Sending;

/// <summary>A filter that is a delegate.</summary>
internal sealed class DelegateClientFilter(Func<MprpcClientInvocation, MprpcClientFilterDelegate, ValueTask> filter) : IMprpcClientFilter
{
    public ValueTask InvokeAsync(MprpcClientInvocation call, MprpcClientFilterDelegate next) => filter(call, next);
}
