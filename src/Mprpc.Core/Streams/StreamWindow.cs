using Mprpc.Wire;

namespace Mprpc.Streams;

/// <summary>How much a consumer lets its stream be ahead of it, and when it grants more. For the consumer alone, but for its end.</summary>
/// <remarks>
/// It grants what the application has taken, once that is half a window. The window doubles each time the application has found nothing after a full window:
/// what is on its way limits it then. The least of a window needs no budget, so that no stream starves because others are not read.
/// </remarks>
/// <param name="budget">The connection's.</param>
/// <param name="items">How many items may be ahead.</param>
internal sealed class StreamWindow(StreamBudget budget, long items)
{
    /// <summary>How many bytes a window has where the budget gives no more.</summary>
    public const int Least = 16 * 1024;

    private const int First = 64 * 1024;
    private const int Largest = 1024 * 1024;
    private const long Closed = -1;

    private readonly long _granted = items;
    private long _items = items;
    private long _bytes = Least;
    private long _takenItems;
    private long _takenBytes;
    private long _sinceGrowth;      // granted
    private long _growth;           // not granted yet
    private long _share;            // of the budget

    /// <summary>With how much credit the stream begins.</summary>
    public StreamAllowance Open()
    {
        TryGrow(First - Least);
        (_growth, _sinceGrowth) = (0, 0);
        return new StreamAllowance(_granted, _bytes);
    }

    /// <summary>With how much it has begun, before anybody knew who reads it.</summary>
    public void Assume(in StreamAllowance granted) => (_items, _bytes) = (granted.Items, Math.Min(granted.Bytes, Least));

    /// <summary>The application has taken an item.</summary>
    /// <returns>Whether it is time to grant more.</returns>
    public bool Take(int bytes)
    {
        _takenBytes += bytes;
        _takenItems++;
        return _takenBytes * 2 >= _bytes || (_items != StreamAllowance.NoLimit && _takenItems * 2 >= _items);
    }

    /// <summary>The application has found nothing to take.</summary>
    /// <returns>Whether it is time to grant more.</returns>
    public bool OnEmpty() => _sinceGrowth + _takenBytes >= _bytes && TryGrow(Math.Min(_bytes, Largest - _bytes));

    /// <summary>What to grant.</summary>
    public StreamAllowance Grant()
    {
        if (_items != _granted)
        {
            // Whoever reads it has come since it began.
            _items = _granted;
            TryGrow(First - Least);
        }

        var more = new StreamAllowance(_granted == StreamAllowance.NoLimit ? _granted : _takenItems, _takenBytes + _growth);
        _sinceGrowth += _takenBytes;
        (_takenItems, _takenBytes, _growth) = (0, 0, 0);
        return more;
    }

    /// <summary>Gives back what it has of the budget, and takes no more of it. Any thread may.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _share, Closed) is > 0 and var share)
        {
            budget.GiveBack(share);
        }
    }

    private bool TryGrow(long bytes)
    {
        long share = Volatile.Read(ref _share);

        if (bytes <= 0 || share == Closed || !budget.TryGrant(bytes))
        {
            return false;
        }

        if (Interlocked.CompareExchange(ref _share, share + bytes, share) != share)
        {
            budget.GiveBack(bytes);     // it has been closed meanwhile
            return false;
        }

        _bytes += bytes;
        _growth += bytes;
        _sinceGrowth = -_takenBytes;
        return true;
    }
}
