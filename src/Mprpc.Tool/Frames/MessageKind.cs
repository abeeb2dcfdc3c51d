namespace Mprpc.Tool.Frames;

/// <summary>The kinds of messages, by their numbers on the wire.</summary>
internal enum MessageKind
{
    Request = 0,
    Response = 1,
    Notification = 2,
}
