using Mprpc.Interleavings.Tests.Stepping;

#pragma warning disable IDE0130 // the lock statement knows the type by this namespace
namespace System.Threading;

/// <summary>Stands in for .NET's Lock: who enters, and who leaves, may be passed by another thread there; who must wait lets others go on.</summary>
public sealed class Lock
{
    private SteppedThread? _owner;
    private int _depth;

    public bool IsHeldByCurrentThread => _owner is not null && _owner == SteppedThread.Current;

    public Scope EnterScope()
    {
        Enter();
        return new Scope(this);
    }

    public void Enter()
    {
        if (SteppedThread.Current is not { } thread)
        {
            return;     // no thread of a schedule: nothing runs beside it
        }

        if (_owner == thread)
        {
            _depth++;
            return;
        }

        thread.Step();
        thread.WaitUntil(() => _owner is null);
        _owner = thread;
        _depth = 1;
    }

    public void Exit()
    {
        if (SteppedThread.Current is { } thread && --_depth == 0)
        {
            _owner = null;
            thread.Step();
        }
    }

    public readonly ref struct Scope(Lock gate)
    {
        public void Dispose() => gate.Exit();
    }
}
