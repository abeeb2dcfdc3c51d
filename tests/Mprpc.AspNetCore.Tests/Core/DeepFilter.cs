namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>Answers with what is deep where the method does not.</summary>
public sealed class DeepFilter : IMprpcFilter
{
    public async ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
    {
        await next(call);

        if (call.Result is int levels)
        {
            call.Result = DeepValues.Of("object", levels);
        }
    }
}
