namespace Mprpc.Scheduling;

/// <summary>A loop that runs user code right on its own thread, and whose thread may be another when that code returns.</summary>
internal abstract class UserCodeLoop
{
    private object? _occupant;

    /// <summary>The right to run the loop.</summary>
    public Baton Baton { get; } = new();

    /// <summary>What the next entry into user code runs, for the thread that takes the loop over from it; null: the continuation of a call.</summary>
    public object? Occupant
    {
        get => _occupant;
        set
        {
            // As Baton.Enter does: mostly it is the same method.
            if (_occupant != value)
            {
                _occupant = value;
            }
        }
    }

    /// <summary>The ambient state that user code finds; null: whatever the thread has.</summary>
    protected ExecutionContext? Context { get; set; }

    /// <returns>The number of this entry, for <see cref="LeaveUserCode"/>.</returns>
    public long EnterUserCode() => Baton.Enter(Occupant);

    /// <summary>Returns whether the thread still holds the loop; else it must not touch the loop or its batch again.</summary>
    public bool LeaveUserCode(long entry)
    {
        if (!Baton.TryLeave(entry))
        {
            return false;
        }

        // What user code has put there must not reach the next call.
        AmbientState.Restore(Context);
        return true;
    }
}
