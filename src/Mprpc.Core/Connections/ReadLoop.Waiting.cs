using System.IO.Pipelines;
using Mprpc.Wire;

namespace Mprpc.Connections;

/// <content>What the loop waits for, and what it does with requests that find no room (docs/protocol.md 6.4).</content>
internal sealed partial class ReadLoop
{
    // How long a method that has never answered is taken for one that answers soon, and perhaps much: on processors that are busy it takes a while to be
    // compiled.
    private static readonly TimeSpan s_untilLessIsExpected = TimeSpan.FromMilliseconds(500);

    private CancelledRequests _cancelled;       // of those that are set aside
    private Task? _lost;        // one for the connection's life: each wait would leave another with the two that it waits for

    /// <summary>Waits until there is something to do: requests that were set aside have room, or bytes have come.</summary>
    private async Task WaitForRoomAsync()
    {
        Task room = _connection.RunningCalls.WaitForRoomAsync(orOnCallToPeer: _isBlocked);

        if (!room.IsCompleted)
        {
            _connection.OnCallsWait();
            await WaitForRoomOrBytesAsync(room).ConfigureAwait(false);
        }

        if (_ahead is { IsCompleted: true })
        {
            Begin(await _ahead.ConfigureAwait(false));
        }
        else
        {
            HoldOutput();
        }
    }

    private async ValueTask WaitForRoomOrBytesAsync(Task room)
    {
        Task closed = _connection.TransportClosed;

        if (_isBlocked)
        {
            // What has come stays with the transport, whose back-pressure bounds what else the peer can send.
            IsDeaf = true;
            await FirstAsync(room, _lost ??= Task.WhenAny(closed, _connection.Aborted)).ConfigureAwait(false);
            IsDeaf = false;

            // Also if that was before nothing was read: it is told once.
            if (closed.IsCompleted)
            {
                // What is left is no more than the system holds; behind it stands how the connection has ended.
                _readsToTheEnd = true;
                _connection.CheckReset();
            }
        }
        else if (_lastRead)
        {
            _connection.OnPeerFinished();       // the room may be that of calls which wait for the peer
            await FirstAsync(room, _connection.Aborted).ConfigureAwait(false);
        }
        else
        {
            _ahead ??= _input.ReadAsync().AsTask();
            IsReading = true;
            await FirstAsync(room, _ahead).ConfigureAwait(false);
            IsReading = false;
        }

        if (_connection.Aborted.IsCompleted && (_isBlocked || _lastRead))
        {
            throw new IOException("The connection was closed while requests waited for room.");
        }
    }

    /// <summary>
    /// Waits for either; if it is only the answers of calls that take their time which there is no room for, they are soon expected to be smaller.
    /// </summary>
    private async Task FirstAsync(Task room, Task other)
    {
        if (_connection.RunningCalls.IsFullOfPromises)
        {
            using var over = new CancellationTokenSource();
            Task enough = LongEnoughAsync(over.Token);

            if (await Task.WhenAny(room, other, enough).ConfigureAwait(false) == enough)
            {
                _connection.RunningCalls.ExpectLessOfUnknown();
            }

            await over.CancelAsync().ConfigureAwait(false);     // else its timer goes on, one for each wait
        }
        else
        {
            await Task.WhenAny(room, other).ConfigureAwait(false);
        }
    }

    /// <summary>By the real time, which is the processors'; and what the pool had to do meanwhile is done.</summary>
    private static async Task LongEnoughAsync(CancellationToken over)
    {
        await Task.Delay(s_untilLessIsExpected, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Yield();
    }

    /// <summary>The peer no longer wants the answer of a request, which may have been set aside: it will not run.</summary>
    public void CancelParked(long messageId)
    {
        int index = _parked.Find(messageId);

        // The first need not wait for its turn. So peers that cancel in the order in which they called find theirs at once.
        if (index == 0)
        {
            MessageHead.TryRead(_parked.Take().Span, out MessageHead head);

            if (CountsItsTime(head))
            {
                _parked.TakeReadAt();
            }

            _cancelled.Take(messageId, _parked.Taken);      // it may have been cancelled before, when it was not the first
            _connection.AnswerCancelled(head, this);
        }
        else if (index > 0 || _parked.Count > ParkedRequests.MaxSearched)
        {
            _cancelled.Add(messageId, _parked.Taken + _parked.Count, most: _parked.Count);
        }
    }

    /// <summary>Whether its caller may have said how long it waits (docs/protocol.md 10.6).</summary>
    private static bool CountsItsTime(in MessageHead head) => head.Method.SequenceEqual(ControlName.Call);

    /// <summary>
    /// Sets a request aside, or refuses it if what may stand behind it is waited for: answers of this side's own calls, or what calls need that have streams.
    /// </summary>
    /// <returns>False if it is to stay where it is: nothing more is read.</returns>
    private bool SetAside(ReadOnlySpan<byte> message, in MessageHead head)
    {
        bool isAwaiting = _connection.Requests.Count > 0 || _connection.ServesStreams;

        int maxBytes = _readsToTheEnd ? int.MaxValue : isAwaiting ? ParkedRequests.MaxBytesWhileCalling : ParkedRequests.MaxBytes;

        if (_parked.TryAdd(message, maxBytes, CountsItsTime(head) ? _connection.Clock.GetTimestamp() : null))
        {
            return true;
        }

        // A refusal is an answer too, which a peer has to read that does not want to be waited for.
        if (!isAwaiting || _connection.IsOverUnsentBound)
        {
            return false;
        }

        _connection.Refuse(head, this);
        return true;
    }
}
