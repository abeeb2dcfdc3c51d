namespace Mprpc.Connections;

/// <summary>Holds answers back until it is their turn, for peers that do not take them as they complete (docs/protocol.md 3.1).</summary>
/// <remarks>Safe for concurrent use. A call counts as running until its answer has had its turn, so that what is held is bounded.</remarks>
internal sealed class AnswerOrder(MprpcResponseOrder order, MessageOutput output, RunningCalls running)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Turn> _turns = new();

    /// <summary>Takes the place of a request, in the order in which requests come.</summary>
    public Turn Begin()
    {
        var turn = new Turn();
        running.Add();

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

            // Under the lock, so that they go out in this order; sending does not wait.
            while (Next() is { Value.Answer: { } next } node)
            {
                _turns.Remove(node);
                output.TrySend(next);
                running.Remove();
            }
        }
    }

    private LinkedListNode<Turn>? Next() => order == MprpcResponseOrder.InOrder ? _turns.First : _turns.Last;

    /// <summary>A request's place, and its answer when there is one.</summary>
    internal sealed class Turn
    {
        public MprpcWriter? Answer { get; set; }
    }
}
