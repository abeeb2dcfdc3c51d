using Mprpc.Scheduling;

namespace Mprpc.Interleavings.Tests.Models;

/// <summary>An object that serves one use after another, as pooled calls do, and says whose it is.</summary>
internal sealed class PooledItem
{
    private Holdable _holdable;
    private int _owner;

    public void Begin(int owner)
    {
        Volatile.Write(ref _owner, owner);
        _holdable.Begin();
    }

    public void End()
    {
        _holdable.End();
        Volatile.Write(ref _owner, 0);
    }

    public bool TryHold() => _holdable.TryHold();

    public void LetGo() => _holdable.LetGo();

    /// <summary>Whose it is, read before and after a step in which others may go on.</summary>
    public (int Before, int After) ReadTwice() => (Volatile.Read(ref _owner), Volatile.Read(ref _owner));
}
