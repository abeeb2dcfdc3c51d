namespace Mprpc.Wire;

/// <summary>The first element of a message (docs/protocol.md 2.1, 3.2, 4).</summary>
internal enum MessageKind : byte
{
    Request = 0,
    Response = 1,
    Notification = 2,
}
