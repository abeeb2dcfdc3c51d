namespace Mprpc.AspNetCore.Tests.Security.Parity;

/// <summary>A filter that lets nobody pass.</summary>
[AttributeUsage(AttributeTargets.All)]
public sealed class RefusingFilterAttribute : MprpcFilterAttribute
{
    public const string Refusal = "Filtered.";

    public override ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next) => throw new MprpcException(Refusal);
}
