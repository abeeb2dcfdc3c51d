namespace Mprpc.Comparison.Service;

/// <summary>A client that counts what it is sent.</summary>
public sealed class Pushed(Action onPushed)
{
    public const int Bytes = 64;

    /// <summary>Enough, each, to fill what lies between a server and a client that reads nothing.</summary>
    public const int FillingBytes = 64 * 1024;
    public const int FillingMessages = 200;

    public void Push(byte[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        onPushed();
    }
}
