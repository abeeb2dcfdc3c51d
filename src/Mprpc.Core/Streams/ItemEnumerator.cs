using System.Runtime.CompilerServices;
using Mprpc.CompilerServices;

namespace Mprpc.Streams;

/// <summary>Reads the items of a stream, each in place as it is asked for.</summary>
/// <remarks>For one consumer, as enumerators are; asked for the next item while it waits, it throws.</remarks>
internal abstract class ItemEnumerator<T>(IncomingItems items, MprpcSerializerOptions serializer) : IAsyncEnumerator<T>
{
    private ItemChunk? _chunk;
    private ReadOnlyMemory<byte> _bytes;
    private int _position;
    private int _left;          // in the chunk
    private int _size = -1;     // of the current item, until the next one is asked for
    private long _index = -1;
    private bool _hasBegun;
    private int _isWaiting;

    public T Current { get; private set; } = default!;

    protected IncomingItems Items => items;

    /// <inheritdoc/>
    public ValueTask<bool> MoveNextAsync()
    {
        if (_left == 0)
        {
            return MoveToNextChunkAsync();
        }

        items.Take(_size);

        if (ReadNext() is { } failure)
        {
            return ValueTask.FromException<bool>(failure);
        }

        return new ValueTask<bool>(true);
    }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Called before the first item is waited for.</summary>
    protected virtual ValueTask BeginAsync() => ValueTask.CompletedTask;

    /// <summary>What is thrown if an item is of another type.</summary>
    protected abstract Exception Unreadable(long index, string expected, Exception? inner);

    /// <summary>Gives back what has been taken, and not read.</summary>
    protected void Release()
    {
        _left = 0;
        FreeChunk();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> MoveToNextChunkAsync()
    {
        if (Interlocked.Exchange(ref _isWaiting, 1) != 0)
        {
            throw new InvalidOperationException(
                "The stream was asked for its next item while it waits for one. Await each MoveNextAsync before the next call; one consumer reads a stream.");
        }

        try
        {
            if (!_hasBegun)
            {
                _hasBegun = true;
                await BeginAsync().ConfigureAwait(false);
            }

            if (_size >= 0)
            {
                items.Take(_size);
                _size = -1;
            }

            FreeChunk();
            ItemChunk? chunk;

            while (true)
            {
                if (!items.TryTake(out chunk))
                {
                    Current = default!;
                    return false;
                }

                if (chunk is not null)
                {
                    break;
                }

                await items.WaitAsync().ConfigureAwait(false);
            }

            (_chunk, _bytes, _position, _left) = (chunk, chunk.Memory, 0, chunk.Count);

            if (ReadNext() is { } failure)
            {
                throw failure;
            }

            return true;
        }
        finally
        {
            Volatile.Write(ref _isWaiting, 0);
        }
    }

    private Exception? ReadNext()
    {
        _index++;
        var reader = new MprpcReader(_bytes, _position, _left, serializer, loop: null);
        T item = reader.Read<T>();

        if (reader.Failed)
        {
            Current = default!;
            (_left, _size) = (0, -1);
            Exception failure = Unreadable(_index, reader.Expected, reader.Exception);
            items.Refuse(failure);      // asked again, it throws again: what is behind the item is not read as if it followed the one before
            return failure;
        }

        _size = reader.Position - _position;
        _position = reader.Position;
        _left--;
        Current = item;
        return null;
    }

    private void FreeChunk()
    {
        // Also where a consumer disposes while it waits, which it should not: no buffer is given back twice.
        if (Interlocked.Exchange(ref _chunk, null) is { } chunk)
        {
            _bytes = default;
            items.Free(chunk);
        }
    }
}
