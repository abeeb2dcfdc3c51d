using Mprpc.CompilerServices;
using Mprpc.Wire;

namespace Mprpc.Streams;

/// <summary>
/// Takes the items of a source, as far as their consumer gives credit, and sends them in batches: the result of a call that is served, or a parameter of one
/// that is made.
/// </summary>
/// <remarks>
/// <para>
/// It collects while the source has items at once. Where it would wait for the source, it leaves what it has to one flush, which is queued behind ready work,
/// and goes on. While a source is back within microseconds, time after time, the pump itself sends now and then, and a timer what is left should it not come
/// back: a flush each few items would cost more than they do.
/// </para>
/// <para>
/// The batch is the pump's while it collects and the flush's once it was left; who has taken it sends it before the other sends anything, so that items keep
/// their order. The source runs on the pump's thread alone, never under the lock.
/// </para>
/// </remarks>
/// <param name="source">Has the items.</param>
/// <param name="connection">Where they go.</param>
/// <param name="number">The stream's.</param>
/// <param name="credit">How much of it is taken.</param>
/// <param name="slowMilliseconds">A source that takes so long for an item without waiting has its items sent one by one.</param>
internal sealed partial class StreamPump<T>(
    IAsyncEnumerable<T> source, IStreamConnection connection, long number, StreamCredit credit, long slowMilliseconds = 2)
{
    // What is more than this goes out at once.
    private const int FullBatch = 16 * 1024;

    private readonly Lock _gate = new();
    private ItemBatch _batch;       // the pump's
    private SourcePace _pace;       // the pump's
    private StreamAllowance _allowance;

    // A message that the peer takes, in any case.
    private readonly int _fullBatch = Math.Min(FullBatch, (connection.MaxSendMessageSize - ItemBatch.Front) / 2);

    /// <summary>Sends the items until the source ends.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The last items, which have not been sent, as an array; nil: all have.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled, the connection is lost, or the consumer wants no more.</exception>
    /// <exception cref="Exception">What the source or the encoding of an item has thrown, once the items before it are sent.</exception>
    public async Task<MprpcRaw> RunAsync(CancellationToken cancellationToken)
    {
        IAsyncEnumerator<T> items = source.GetAsyncEnumerator(cancellationToken);

        try
        {
            try
            {
                await SendItemsAsync(items, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await items.DisposeAsync().ConfigureAwait(false);
                EndDelays();
            }

            await TakeBackAsync().ConfigureAwait(false);
            connection.OnItemsSent(_batch.Count);
            return _batch.TakeArray(connection, isNilIfEmpty: true);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested || credit.IsClosed)
        {
            await DropAsync().ConfigureAwait(false);
            throw;
        }
        catch
        {
            await SendBeforeFailureAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask SendItemsAsync(IAsyncEnumerator<T> items, CancellationToken cancellationToken)
    {
        long tick = Environment.TickCount64;

        while (true)
        {
            if (!_allowance.IsOpen || credit.IsClosed || cancellationToken.IsCancellationRequested)
            {
                await WaitForCreditAsync(cancellationToken).ConfigureAwait(false);
                tick = Environment.TickCount64;
            }

            ValueTask<bool> moving = items.MoveNextAsync();
            bool isWaiting = !moving.IsCompleted;

            if (isWaiting)
            {
                Leave();
            }

            if (!await moving.ConfigureAwait(false))
            {
                return;
            }

            if (isWaiting)
            {
                TakeBack();

                if (_pace.IsDue())
                {
                    await SendFullAsync(lastSize: 0, cancellationToken).ConfigureAwait(false);
                }
                else if (!_pace.IsFast)
                {
                    await WaitForRoomAsync(cancellationToken).ConfigureAwait(false);    // the flush does not wait, and a source that waits fills no batch
                }

                tick = Environment.TickCount64;
            }

            int size = _batch.Add(connection, items.Current);
            _allowance.Use(1, size);

            if (_batch.Bytes >= _fullBatch)
            {
                await SendFullAsync(size, cancellationToken).ConfigureAwait(false);
            }
            else if (Environment.TickCount64 is var now && now - tick >= slowMilliseconds)
            {
                tick = now;
                await SendFullAsync(size, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask WaitForCreditAsync(CancellationToken cancellationToken)
    {
        await TakeBackAsync().ConfigureAwait(false);
        credit.MoveTo(ref _allowance);

        if (_allowance.IsOpen && !credit.IsClosed && !cancellationToken.IsCancellationRequested)
        {
            return;
        }

        await SendFullAsync(lastSize: 0, cancellationToken).ConfigureAwait(false);     // what is to be consumed before there is more credit
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static credit => ((StreamCredit)credit!).Changed.Set(), credit);

        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();

            if (credit.IsClosed)
            {
                throw new OperationCanceledException("The stream's consumer wants no more of it.");
            }

            credit.MoveTo(ref _allowance);

            if (_allowance.IsOpen)
            {
                return;
            }

            if (credit.IsLast)
            {
                throw new MprpcException("The stream's consumer has ended its side of the connection, and cannot take the rest.", ErrorCode.Cancelled);
            }

            await credit.Changed.WaitAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask SendFullAsync(int lastSize, CancellationToken cancellationToken)
    {
        await FlushedAsync().ConfigureAwait(false);

        // A large item behind small ones: together they may be more than a message.
        ItemBatch last = _batch.Count > 1 && _batch.Bytes > connection.MaxSendMessageSize - ItemBatch.Front ? _batch.SplitLast(connection, lastSize) : default;
        TrySend();

        if (last.Count > 0)
        {
            _batch = last;
            TrySend();
        }

        await WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
    }

    private ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        Task room = connection.WaitForRoomAsync();
        return room.IsCompleted ? ValueTask.CompletedTask : new ValueTask(room.WaitAsync(cancellationToken));
    }

    /// <summary>The source has failed: the items before that reach the consumer first, if it can be reached.</summary>
    private async ValueTask SendBeforeFailureAsync()
    {
        try
        {
            await TakeBackAsync().ConfigureAwait(false);
            TrySend();
        }
        catch (OperationCanceledException)
        {
            _batch.Drop();
        }
    }

    private async ValueTask DropAsync()
    {
        TakeBack();
        await WaitForFlushAsync().ConfigureAwait(false);
        _batch.Drop();
    }

    private void TrySend()
    {
        if (_batch.Count > 0)
        {
            Send(ref _batch);
        }
    }

    private void Send(ref ItemBatch batch)
    {
        int count = batch.Count;
        MprpcWriter message = batch.TakeMessage(number);

        if (!credit.TrySend(connection, message))
        {
            MprpcWriter.Return(message);
            throw new OperationCanceledException("The connection is lost, or the call has ended: the rest of the stream cannot be sent.");
        }

        connection.OnItemsSent(count);
    }
}
