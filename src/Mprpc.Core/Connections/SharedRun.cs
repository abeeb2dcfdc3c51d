namespace Mprpc.Connections;

/// <summary>Messages that go to the same connections one behind the other, in one send where nothing else is being sent. Safe for concurrent use.</summary>
internal sealed class SharedRun
{
    // What is copied for it, once for all connections; larger runs go piece by piece.
    private const int MaxJoined = 64 * 1024;

    private readonly SharedMessage[] _messages;
    private readonly SharedMessage? _joined;

    /// <param name="messages">They stay the caller's, who keeps them until <see cref="Release"/>.</param>
    public SharedRun(params ReadOnlySpan<SharedMessage> messages)
    {
        _messages = messages.ToArray();

        foreach (SharedMessage message in _messages)
        {
            Length += message.Length;
        }

        _joined = _messages.Length == 1 ? _messages[0] : _messages.Length > 1 && Length <= MaxJoined ? Join() : null;
    }

    /// <summary>Each by itself.</summary>
    public ReadOnlySpan<SharedMessage> Messages => _messages;

    /// <summary>All of them as one; null: they are too many.</summary>
    public SharedMessage? Joined => _joined;

    /// <summary>How many bytes they have together.</summary>
    public int Length { get; }

    /// <summary>Gives back what was made for the run: those connections that still send it have references of their own.</summary>
    public void Release()
    {
        if (_messages.Length > 1)
        {
            _joined?.Release();
        }
    }

    private SharedMessage Join()
    {
        Span<byte> bytes = Length <= 1024 ? stackalloc byte[Length] : new byte[Length];
        Span<byte> rest = bytes;

        foreach (SharedMessage message in _messages)
        {
            message.Memory.Span.CopyTo(rest);
            rest = rest[message.Length..];
        }

        return new SharedMessage(bytes);
    }
}
