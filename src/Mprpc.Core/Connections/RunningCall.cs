using Mprpc.Scheduling;

namespace Mprpc.Connections;

/// <summary>A call whose method has not ended at once: from its beginning to its end it holds a place, whatever way it runs.</summary>
/// <remarks>It begins once and ends once. Calls that end at once need none of this: they are answered where they are read.</remarks>
internal abstract class RunningCall
{
    private Holdable _holdable;

    /// <summary>Those of its connection.</summary>
    public abstract RunningCalls Calls { get; }

    /// <summary>The method; null only before the call has begun, and after it has ended.</summary>
    public ServedMethod? Method { get; protected set; }

    /// <summary>How many bytes it is expected to answer, as they were counted when it began; changed only while it is held.</summary>
    public int Promised { get; set; }

    /// <summary>Where it is in the table of those that run.</summary>
    public int Place { get; set; }

    /// <summary>
    /// Keeps it from ending, for a thread that has found it in a connection's table and has a few things to read or write: the object may serve another call by
    /// now.
    /// </summary>
    /// <param name="running">Those of a connection.</param>
    /// <returns>False if it has ended, or is another connection's call.</returns>
    public bool TryHold(object running)
    {
        if (!_holdable.TryHold())
        {
            return false;
        }

        if (ReferenceEquals(Calls, running))
        {
            return true;
        }

        _holdable.LetGo();
        return false;
    }

    public void LetGo() => _holdable.LetGo();

    /// <summary>Gives the place back; the last that is done with the call.</summary>
    public void End()
    {
        _holdable.End();
        Calls.End(this);
    }

    /// <summary>Takes a place.</summary>
    protected void Begin()
    {
        Calls.Begin(this);
        _holdable.Begin();
    }
}
