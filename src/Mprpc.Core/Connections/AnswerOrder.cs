using Mprpc.CompilerServices;

namespace Mprpc.Connections;

/// <summary>Holds answers back until it is their turn, for peers that do not take them as they complete (docs/protocol.md 3.1).</summary>
/// <remarks>Safe for concurrent use. A call counts as running until its answer has had its turn, so that what is held is bounded.</remarks>
internal sealed class AnswerOrder(MprpcResponseOrder order, MessageOutput output, RunningCalls running, TimeProvider clock)
{
    // neovim closes the channel when one read brings it the answers to a nested call and to the call around it: it must have left the one before the other
    // comes. Far above what that takes, and paid only where an answer was ready before its turn.
    private static readonly TimeSpan PauseBetweenNested = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly LinkedList<Turn> _turns = new();
    private ITimer? _pause;
    private bool _isPausing;

    /// <summary>Whether requests are answered in the order in which they come.</summary>
    public bool IsInOrder => order == MprpcResponseOrder.InOrder;

    /// <summary>Takes the place of a request, in the order in which requests come.</summary>
    public Turn Begin()
    {
        var turn = new Turn();
        running.Add(promised: 0);

        lock (_gate)
        {
            _turns.AddLast(turn);
        }

        return turn;
    }

    /// <summary>Sends an answer, and those that waited for it, or keeps it until its turn.</summary>
    public void Complete(Turn turn, MprpcWriter answer)
    {
        lock (_gate)
        {
            turn.Answer = answer;
            running.AddBytes(answer.Length);
            SendReady();
        }
    }

    /// <summary>Under the lock, so that they go out in this order; sending does not wait.</summary>
    private void SendReady()
    {
        while (!_isPausing && Next() is { Value.Answer: { } next } node)
        {
            _turns.Remove(node);
            int length = next.Length;

            if (!output.TrySend(next, isAnswer: true))
            {
                MprpcWriter.Return(next);
            }

            running.Remove(promised: length);

            if (order == MprpcResponseOrder.LastInFirstOut && _turns.Last?.Value.Answer is not null)
            {
                Pause();
            }
        }
    }

    private void Pause()
    {
        _isPausing = true;
        _pause ??= UnsafeTimer.Create(clock, static order => ((AnswerOrder)order!).GoOn(), this);
        _pause.Change(PauseBetweenNested, Timeout.InfiniteTimeSpan);
    }

    private void GoOn()
    {
        lock (_gate)
        {
            _isPausing = false;
            SendReady();
        }
    }

    private LinkedListNode<Turn>? Next() => order == MprpcResponseOrder.InOrder ? _turns.First : _turns.Last;

    /// <summary>A request's place, and its answer when there is one.</summary>
    internal sealed class Turn
    {
        public MprpcWriter? Answer { get; set; }
    }
}
