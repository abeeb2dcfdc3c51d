namespace Mprpc.Scheduling;

/// <summary>
/// The ambient state of a thread that runs other code: what one piece of code leaves there (AsyncLocal, culture, Activity, SynchronizationContext) must not
/// reach the next.
/// </summary>
internal readonly struct AmbientState
{
    private readonly ExecutionContext? _context;

    private AmbientState(ExecutionContext? context) => _context = context;

    /// <summary>The present thread's; to be asked for before it runs other code.</summary>
    public static AmbientState Capture() => new(ExecutionContext.Capture());

    /// <summary>Undoes what has changed since, on the same thread.</summary>
    public void Restore() => Restore(_context);

    /// <summary>Makes it what was captured.</summary>
    /// <param name="context">By <see cref="ExecutionContext.Capture"/>; null leaves all but the synchronization context.</param>
    public static void Restore(ExecutionContext? context)
    {
        if (context is not null && ExecutionContext.Capture() != context)
        {
            ExecutionContext.Restore(context);
        }

        if (SynchronizationContext.Current is not null)
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }
}
