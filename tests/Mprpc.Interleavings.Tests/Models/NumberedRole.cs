using Mprpc.Scheduling;

namespace Mprpc.Interleavings.Tests.Models;

/// <summary>
/// The right to run a loop as it was before <see cref="Scheduling.Baton"/>: the number of the holder, odd in user code, and a count of entries beside it. Two
/// entries of one holder have the same number.
/// </summary>
/// <remarks>Kept as the proof that the schedules find what was wrong with it.</remarks>
internal sealed class NumberedRole
{
    private long _state;
    private long _progress;

    public long Progress => Volatile.Read(ref _progress);

    public bool IsInUserCode => (Volatile.Read(ref _state) & 1) != 0;

    public long Enter()
    {
        long role = _state;
        _progress++;
        Volatile.Write(ref _state, _state | 1);
        return role;
    }

    public bool TryLeave(long role) => Interlocked.CompareExchange(ref _state, role, role | 1) == (role | 1);

    public bool TryTake(long progress, Func<string?> running, out string? occupant)
    {
        long state = Volatile.Read(ref _state);
        occupant = null;

        if ((state & 1) == 0 || Progress != progress)
        {
            return false;
        }

        occupant = running();
        return Interlocked.CompareExchange(ref _state, state + 1, state) == state;
    }
}
