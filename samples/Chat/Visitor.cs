using Mprpc;
using Mprpc.Client;

namespace Chat;

/// <summary>Someone at a console, over tcp://: each line is said, and what others say is shown.</summary>
public sealed class Visitor(string name) : IChatScreen
{
    private readonly Lock _lock = new();
    private List<Message>? _held;       // what is said while the history is read
    private long _last;

    /// <summary>Is in the room until the standard input ends.</summary>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(string name, string url)
    {
        var visitor = new Visitor(name);

        // With handlers the client keeps its connection: after a loss it dials by itself. The new connection is in no group, so it joins again.
        var options = new MprpcClientOptions { Extensions = MprpcExtensions.Always }.AddHandlers<IChatScreen>(visitor);
        await using var client = new MprpcClient(url, options);
        client.Reconnected += connection => visitor.JoinAsync(connection.As<IChat>());
        IChat chat = client.As<IChat>();

        try
        {
            await visitor.JoinAsync(chat);
        }
        catch (Exception exception) when (exception is MprpcConnectionException or MprpcRemoteException)
        {
            Console.Error.WriteLine($"{exception.Message} Is the server running? dotnet run --project samples/Chat");
            return 1;
        }

        Console.WriteLine($"Here are: {string.Join(", ", await chat.WhoIsHereAsync(CancellationToken.None))}. What you write is said; Ctrl-D ends.");

        while (await Console.In.ReadLineAsync() is { } line)
        {
            await SayAsync(chat, line);
        }

        return 0;
    }

    public void Show(Message message)
    {
        lock (_lock)
        {
            if (_held is null)
            {
                Write(message);
            }
            else
            {
                _held.Add(message);
            }
        }
    }

    public void Presence(string name, bool isHere) => Console.WriteLine($"* {name} {(isHere ? "is here" : "has left")}");

    // First what was missed, then what was said meanwhile: each message once, in order.
    private async Task JoinAsync(IChat chat)
    {
        lock (_lock)
        {
            _held = [];
        }

        await chat.JoinAsync(name, CancellationToken.None);

        await foreach (Message message in chat.HistoryAsync(_last, CancellationToken.None))
        {
            Write(message);
        }

        lock (_lock)
        {
            _held?.ForEach(Write);
            _held = null;
        }
    }

    private static async Task SayAsync(IChat chat, string text)
    {
        try
        {
            await chat.SayAsync(text, CancellationToken.None);
        }
        catch (Exception exception) when (exception is MprpcConnectionException or MprpcRemoteException)
        {
            Console.WriteLine($"Not said: {exception.Message}");
        }
    }

    private void Write(Message message)
    {
        if (message.Number > _last)
        {
            _last = message.Number;
            Console.WriteLine($"{message.From}: {message.Text}");
        }
    }
}
