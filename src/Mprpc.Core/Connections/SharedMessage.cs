using System.Buffers;

namespace Mprpc.Connections;

/// <summary>
/// Whole messages for many connections, encoded once: immutable, and counted, so that their memory goes back to the pool when the last connection has sent
/// them. Safe for concurrent use.
/// </summary>
internal sealed class SharedMessage
{
    private readonly byte[] _bytes;
    private int _references = 1;

    /// <param name="messages">The bytes; copied.</param>
    /// <param name="key">What a later message takes the place of: its method. Null: of nothing.</param>
    public SharedMessage(ReadOnlySpan<byte> messages, string? key = null)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(messages.Length);
        messages.CopyTo(_bytes);
        Length = messages.Length;
        Key = key;
    }

    public int Length { get; }

    public string? Key { get; }

    /// <summary>The bytes; valid for who holds a reference.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Length);

    /// <summary>Takes a reference; for who knows that there is one.</summary>
    public void AddReference() => Interlocked.Increment(ref _references);

    /// <summary>Gives a reference back, with the first one that was there from the beginning.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}
