namespace Mprpc.SourceGenerator.Tests.Contracts;

[MprpcService]
internal sealed class Clock
{
    /// <summary>What time it is.</summary>
    public string Now() => "noon";
}
