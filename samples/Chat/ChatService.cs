using Mprpc;
using Mprpc.AspNetCore;

namespace Chat;

/// <summary>Serves the room to one caller. Who calls has no login here: names are what people say; docs/auth.md has the real thing.</summary>
public sealed class ChatService(Room room, IMprpcCallContextAccessor calls) : IChat
{
    private const int MaxName = 30;
    private const int MaxText = 2000;

    private MprpcConnection Caller => calls.CallContext!.Connection;

    public Task JoinAsync(string name, CancellationToken stop)
    {
        room.Join(Caller, Checked(name, MaxName, "A name"));
        return Task.CompletedTask;
    }

    public Task SayAsync(string text, CancellationToken stop)
    {
        room.Say(Caller, Checked(text, MaxText, "A message"));
        return Task.CompletedTask;
    }

    // A slow reader's messages wait as they are: each is made into bytes when the reader has room for it.
    public IAsyncEnumerable<Message> HistoryAsync(long after, CancellationToken stop) => room.SaidAfter(after).ToAsyncEnumerable();

    public Task<string[]> WhoIsHereAsync(CancellationToken stop) => Task.FromResult(room.WhoIsHere());

    // What a peer sends is data, and is shown on the terminals of others: no control characters.
    private static string Checked(string text, int max, string what)
        => text.Trim() is { Length: > 0 } trimmed && trimmed.Length <= max && !trimmed.Any(char.IsControl)
            ? trimmed
            : throw new MprpcException($"{what} has 1 to {max} characters, and no control characters.", "invalid");
}
