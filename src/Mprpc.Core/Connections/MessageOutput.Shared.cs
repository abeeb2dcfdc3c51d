using Mprpc.CompilerServices;

namespace Mprpc.Connections;

/// <content>Messages for many connections: an idle connection sends them as they are, a busy one keeps a reference; nobody waits for the peer.</content>
internal sealed partial class MessageOutput
{
    // Smaller ones are copied behind one another, so that one send takes them; larger ones go as they are.
    private const int LargestCopied = 16 * 1024;

    private LinkedList<SharedMessage>? _shared;     // under the lock, as all of these
    private long _sharedBytes;
    private bool _sharedIsNext;                     // so that neither kind waits for the other for ever
    private int _unsentPart;                        // of what is being sent, as far as it has to wait for the peer

    /// <summary>How many bytes wait to be sent, or are being sent.</summary>
    public long Pending
    {
        get
        {
            lock (_gate)
            {
                return PendingBytes;
            }
        }
    }

    private long PendingBytes => (_isBusy ? _unsentPart : 0) + (_waiting?.Length ?? 0) + _sharedBytes;

    /// <summary>Sends messages that others send too.</summary>
    /// <param name="run">The messages.</param>
    /// <param name="policy">What happens to them if the peer does not keep up.</param>
    /// <param name="maxPending">How many bytes may wait before that.</param>
    /// <param name="dropped">How many of them were dropped.</param>
    /// <param name="starts">False to leave them here until <see cref="SendBatch"/> without a batch, so that one send takes those that come until then.</param>
    public SharedOutcome TrySend(SharedRun run, SlowPeerPolicy policy, int maxPending, out int dropped, bool starts = true)
    {
        dropped = 0;
        Outgoing first;
        int answers;
        SharedOutcome outcome;

        lock (_gate)
        {
            if (_isClosed || _isFinishing)
            {
                return SharedOutcome.Closed;
            }

            if (!_isBusy && starts && _shared is null && run.Joined is { } joined)
            {
                _isBusy = true;
                _unsentPart = joined.Length;
                joined.AddReference();
                (first, answers, outcome) = (new Outgoing(joined), 0, SharedOutcome.Taken);
            }
            else
            {
                outcome = Enqueue(run, policy, maxPending, out dropped);

                if (_isBusy || !starts)
                {
                    return outcome;
                }

                _isBusy = true;
                first = TakeWaiting(out answers);
            }
        }

        if (!first.IsNone)
        {
            Start(first, answers, isOwn: true);
        }

        return outcome;
    }

    /// <summary>Under the lock.</summary>
    private SharedOutcome Enqueue(SharedRun run, SlowPeerPolicy policy, int maxPending, out int dropped)
    {
        dropped = 0;

        if (policy == SlowPeerPolicy.Close && PendingBytes > maxPending)
        {
            return SharedOutcome.TooSlow;
        }

        foreach (SharedMessage message in run.Messages)
        {
            // A run is taken whole by one that keeps up: who publishes much at once is no slow peer.
            if (policy != SlowPeerPolicy.Close && PendingBytes > maxPending && !(policy == SlowPeerPolicy.Latest && MakeRoom(message, maxPending)))
            {
                dropped++;
                continue;
            }

            message.AddReference();
            (_shared ??= []).AddLast(message);
            _sharedBytes += message.Length;
        }

        return dropped == 0 ? SharedOutcome.Taken : SharedOutcome.Dropped;
    }

    /// <summary>Under the lock: drops what is older of each method. What is being sent is not counted: a last value waits behind it.</summary>
    private bool MakeRoom(SharedMessage message, int maxPending)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);

        if (message.Key is { } key)
        {
            seen.Add(key);
        }

        for (LinkedListNode<SharedMessage>? node = _shared?.Last; node is not null;)
        {
            LinkedListNode<SharedMessage>? previous = node.Previous;

            if (node.Value.Key is { } older && !seen.Add(older))
            {
                _shared!.Remove(node);
                _sharedBytes -= node.Value.Length;
                node.Value.Release();
            }

            node = previous;
        }

        return _sharedBytes == 0 || _sharedBytes + message.Length <= maxPending;
    }

    /// <summary>Under the lock: a large message that is next; small ones go behind what waits.</summary>
    private SharedMessage? TakeShared()
    {
        if (_shared is null)
        {
            return null;
        }

        if (_shared.First!.Value.Length > LargestCopied && (_waiting is null || _sharedIsNext))
        {
            _sharedIsNext = false;
            return TakeFirstShared();
        }

        _sharedIsNext = true;

        MprpcWriter waiting = BeginWaiting();

        while (_shared?.First is { } first && first.Value.Length <= LargestCopied
            && (waiting.Length == 0 || waiting.Length + first.Value.Length <= PieceSize))
        {
            waiting.WriteEncoded(first.Value.Memory.Span);
            TakeFirstShared().Release();
        }

        return null;
    }

    private SharedMessage TakeFirstShared()
    {
        SharedMessage message = _shared!.First!.Value;
        _shared.RemoveFirst();
        _sharedBytes -= message.Length;

        if (_shared.Count == 0)
        {
            _shared = null;     // most connections are idle most of the time
        }

        return message;
    }

    private void Recycle(in Outgoing sent, bool isOwn)
    {
        if (sent.Writer is not { } writer)
        {
            sent.Shared!.Release();
            return;
        }

        if (!isOwn)
        {
            MprpcWriter.Return(writer);
            return;
        }

        writer.Clear();
        writer.Trim();

        lock (_gate)
        {
            _spare ??= writer;
        }
    }

    /// <summary>Under the lock.</summary>
    private void DropShared()
    {
        foreach (SharedMessage message in _shared ?? [])
        {
            message.Release();
        }

        _shared = null;
        _sharedBytes = 0;
    }

    /// <summary>What goes out next: messages of this connection, or some that others send too; or nothing.</summary>
    private readonly struct Outgoing
    {
        public Outgoing(MprpcWriter? writer) => Writer = writer;

        public Outgoing(SharedMessage shared) => Shared = shared;

        public MprpcWriter? Writer { get; }

        public SharedMessage? Shared { get; }

        public bool IsNone => Writer is null && Shared is null;

        public int Length => Writer?.Length ?? Shared?.Length ?? 0;

        public ReadOnlyMemory<byte> Memory => Writer is { } writer ? writer.WrittenMemory : Shared!.Memory;
    }
}
