using Mprpc;

namespace Chat;

/// <summary>What clients serve: the room calls all who are in it. Void methods are notifications, so that it waits for nobody.</summary>
[MprpcService(Prefix = "screen")]
public interface IChatScreen
{
    /// <summary>Somebody has said something.</summary>
    void Show(Message message);

    /// <summary>Somebody has come, or has left.</summary>
    void Presence(string name, bool isHere);
}
