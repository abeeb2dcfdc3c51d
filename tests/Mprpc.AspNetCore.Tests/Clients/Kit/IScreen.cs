namespace Mprpc.AspNetCore.Tests.Clients.Kit;

/// <summary>What the clients of these tests serve.</summary>
[MprpcService(Prefix = "screen")]
public interface IScreen
{
    void Show(string text);

    ValueTask<bool> ConfirmAsync(string what, CancellationToken stop);

    Task<string> NameAsync();

    Task PrintAsync(string text);

    ValueTask ClearAsync();
}
