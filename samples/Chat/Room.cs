using Mprpc;
using Mprpc.AspNetCore;

namespace Chat;

/// <summary>Who is here and what was said, whichever way they are connected.</summary>
public sealed class Room(IMprpcClients<IChatScreen> clients)
{
    private const string Group = "room";
    private const int MaxHistory = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _names = [];        // by connection
    private readonly Queue<Message> _history = new();
    private long _lastNumber;

    public void Join(MprpcConnection connection, string name)
    {
        lock (_lock)
        {
            LeaveLocked(connection);
            bool isNew = !_names.ContainsValue(name);
            _names[connection.Id] = name;
            clients.Groups.Add(connection, Group);

            if (isNew)
            {
                clients.Group(Group).Presence(name, isHere: true);
            }
        }

        // It may have ended before it was written down; then the observer has found nobody.
        if (connection.Closed.IsCancellationRequested)
        {
            Leave(connection);
        }
    }

    public void Leave(MprpcConnection connection)
    {
        lock (_lock)
        {
            LeaveLocked(connection);
        }
    }

    public void Say(MprpcConnection connection, string text)
    {
        // Told under the lock: everybody gets the messages in the order of their numbers. Telling waits for nobody.
        lock (_lock)
        {
            string name = _names.GetValueOrDefault(connection.Id) ?? throw new MprpcException("Join the room first.", "not_joined");
            _lastNumber = Math.Max(_lastNumber + 1, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            var message = new Message(_lastNumber, name, text, DateTime.UtcNow);
            _history.Enqueue(message);

            if (_history.Count > MaxHistory)
            {
                _history.Dequeue();
            }

            clients.Group(Group).Show(message);
        }
    }

    public Message[] SaidAfter(long number)
    {
        lock (_lock)
        {
            return [.. _history.Where(message => message.Number > number)];
        }
    }

    public string[] WhoIsHere()
    {
        lock (_lock)
        {
            return [.. _names.Values.Distinct().Order(StringComparer.Ordinal)];
        }
    }

    private void LeaveLocked(MprpcConnection connection)
    {
        if (_names.Remove(connection.Id, out string? name) && !_names.ContainsValue(name))
        {
            clients.Group(Group).Presence(name, isHere: false);
        }
    }
}
