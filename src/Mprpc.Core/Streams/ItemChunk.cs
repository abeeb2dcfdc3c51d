using System.Buffers;

namespace Mprpc.Streams;

/// <summary>Whole items that have come together, or one behind the other.</summary>
internal sealed class ItemChunk
{
    private const int Smallest = 512;

    private byte[] _bytes = [];
    private int _length;

    public ItemChunk(ReadOnlySpan<byte> items, int count) => Begin(items, count);

    public int Count { get; private set; }

    public int Length => _length;

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    /// <summary>Takes a buffer for items, and puts them there: a chunk that was freed can be begun again.</summary>
    public void Begin(ReadOnlySpan<byte> items, int count)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(Math.Max(items.Length, Smallest));
        (_length, Count) = (0, 0);
        Add(items, count);
    }

    /// <summary>Adds items if they fit without another buffer.</summary>
    public bool TryAdd(ReadOnlySpan<byte> items, int count)
    {
        if (_bytes.Length - _length < items.Length)
        {
            return false;
        }

        Add(items, count);
        return true;
    }

    /// <summary>Gives the bytes back; the chunk is not to be used until it is begun again.</summary>
    public void Free()
    {
        byte[] bytes = _bytes;
        _bytes = [];
        _length = 0;
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private void Add(ReadOnlySpan<byte> items, int count)
    {
        items.CopyTo(_bytes.AsSpan(_length));
        _length += items.Length;
        Count += count;
    }
}
