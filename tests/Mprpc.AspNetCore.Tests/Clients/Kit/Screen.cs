using System.Collections.Concurrent;

namespace Mprpc.AspNetCore.Tests.Clients.Kit;

internal sealed class Screen(string name = "screen") : IScreen
{
    public ConcurrentQueue<string> Shown { get; } = new();

    public Func<string, CancellationToken, ValueTask<bool>> OnConfirm { get; set; } = (_, _) => ValueTask.FromResult(true);

    public void Show(string text) => Shown.Enqueue(text);

    public ValueTask<bool> ConfirmAsync(string what, CancellationToken stop) => OnConfirm(what, stop);

    public Task<string> NameAsync() => Task.FromResult(name);

    public async Task PrintAsync(string text)
    {
        await Task.Yield();
        Shown.Enqueue(text.Length > 0 ? text : throw new MprpcException("Nothing to print.", "empty"));
    }

    public ValueTask ClearAsync()
    {
        Shown.Clear();
        return ValueTask.CompletedTask;
    }

    /// <summary>Waits for what has come.</summary>
    public async Task<string[]> ShownAsync(int count)
    {
        await Bounded.Until(() => Shown.Count >= count, $"{count} notifications at '{name}', which has {Shown.Count}");
        return [.. Shown];
    }
}
