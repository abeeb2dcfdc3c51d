using Mprpc;
using Mprpc.AspNetCore;

namespace Chat;

/// <summary>Who has lost the connection has left the room, whatever the reason.</summary>
public sealed class Presence(Room room) : IMprpcConnectionObserver
{
    public ValueTask OnDisconnectedAsync(MprpcConnection connection, Exception? reason)
    {
        room.Leave(connection);
        return ValueTask.CompletedTask;
    }
}
