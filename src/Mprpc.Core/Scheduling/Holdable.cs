namespace Mprpc.Scheduling;

/// <summary>
/// Whether a pooled object is in use, and whether another thread than its own looks at it at this moment: while it is held, its use does not end.
/// </summary>
/// <remarks>
/// A mutable struct, for a field that is never copied. <see cref="Begin"/> and <see cref="End"/> are for the one who uses the object, the others for any
/// thread.
/// </remarks>
internal struct Holdable
{
    private const int Free = 0;
    private const int Used = 1;
    private const int Held = 2;

    private int _state;

    /// <summary>The use begins: from here on others may hold it.</summary>
    public void Begin() => Volatile.Write(ref _state, Used);

    /// <summary>The use ends, as soon as nobody holds it.</summary>
    public void End()
    {
        SpinWait spin = default;

        while (Interlocked.CompareExchange(ref _state, Free, Used) != Used)
        {
            spin.SpinOnce(sleep1Threshold: -1);     // for the few instructions for which it is held
        }
    }

    /// <summary>Keeps the use from ending until <see cref="LetGo"/>: for a few instructions only.</summary>
    /// <returns>False if it is not in use, or another holds it.</returns>
    public bool TryHold() => Interlocked.CompareExchange(ref _state, Held, Used) == Used;

    public void LetGo() => Volatile.Write(ref _state, Used);
}
