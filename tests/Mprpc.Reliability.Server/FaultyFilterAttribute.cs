namespace Mprpc.Reliability.Server;

/// <summary>A filter that does not do what it should.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FaultyFilterAttribute(FilterFault fault) : MprpcFilterAttribute
{
    public FilterFault Fault => fault;

    public override ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(next);

        switch (fault)
        {
            case FilterFault.ThrowsAtOnce:
                throw new InvalidOperationException("secret");
            case FilterFault.CancelsItself:
                return ValueTask.FromCanceled(new CancellationToken(canceled: true));
            case FilterFault.AnswersNothing:
                return ValueTask.CompletedTask;
            case FilterFault.AnswersAnotherType:
                call.Result = "text";
                return ValueTask.CompletedTask;
            default:
                return InvokeLaterAsync(call, next);
        }
    }

    private async ValueTask InvokeLaterAsync(MprpcInvocation call, MprpcFilterDelegate next)
    {
        await Task.Yield();

        if (fault == FilterFault.ThrowsLater)
        {
            throw new InvalidOperationException("secret");
        }

        await next(call);

        if (fault == FilterFault.ThrowsBehindTheMethod)
        {
            throw new InvalidOperationException("secret");
        }

        await next(call);
    }
}
