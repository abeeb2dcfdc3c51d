namespace Mprpc.Testing.Tests;

/// <summary>What clients serve.</summary>
[MprpcService(Prefix = "desk")]
public interface IDesk
{
    void Show(string day);

    Task<string> NameAsync();
}
