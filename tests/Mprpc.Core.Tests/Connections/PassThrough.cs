namespace Mprpc.Core.Tests.Connections;

/// <summary>A filter that does nothing.</summary>
internal sealed class PassThrough : IMprpcFilter
{
    public ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next) => next(call);
}
