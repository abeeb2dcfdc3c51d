namespace Mprpc.Scheduling;

/// <summary>The ambient state of a thread that runs other code: what one piece of code leaves there (AsyncLocal, culture, Activity, SynchronizationContext) must not reach the next.</summary>
internal readonly struct AmbientState
{
    private readonly ExecutionContext? _context;

    private AmbientState(ExecutionContext? context) => _context = context;

    /// <summary>The present thread's; to be asked for before it runs other code.</summary>
    public static AmbientState Capture() => new(ExecutionContext.Capture());

    /// <summary>Undoes what has changed since, on the same thread.</summary>
    public void Restore()
    {
        if (_context is not null && ExecutionContext.Capture() != _context)
        {
            ExecutionContext.Restore(_context);
        }

        if (SynchronizationContext.Current is not null)
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }
}
