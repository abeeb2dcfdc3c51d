namespace Mprpc.Interleavings.Tests.Stepping;

/// <summary>A thread of a schedule. It runs only while the schedule says so.</summary>
internal sealed class SteppedThread(ScheduledRun run, int number, Action body)
{
    [ThreadStatic]
    private static SteppedThread? s_current;

    private readonly SemaphoreSlim _turn = new(0);
    private Func<bool>? _condition;

    public static SteppedThread? Current => s_current;

    public ScheduledRun Run { get; } = run;

    public int Number { get; } = number;

    public bool HasEnded { get; private set; }

    public bool CanRun => !HasEnded && _condition?.Invoke() != false;

    public static void StepCurrent() => s_current?.Step();

    /// <summary>Another thread may go on here.</summary>
    public void Step() => Run.Step(this, mayStay: true);

    /// <summary>Another thread goes on here, if one can.</summary>
    public void Yield() => Run.Step(this, mayStay: false);

    public void WaitUntil(Func<bool> condition)
    {
        if (!condition())
        {
            _condition = condition;
            Run.Step(this, mayStay: false);
            _condition = null;
        }
    }

    /// <summary>For a worker: runs the body when it is its turn.</summary>
    public void Execute()
    {
        WaitForTurn();
        s_current = this;

        try
        {
            if (!Run.IsAbandoned)
            {
                body();
            }
        }
        catch (AbandonedException)
        {
        }
        catch (Exception exception)
        {
            Run.Fail(exception);
        }
        finally
        {
            s_current = null;
            HasEnded = true;
            Run.OnEnded(this);
        }
    }

    public void GiveTurn() => _turn.Release();

    public void WaitForTurn() => _turn.Wait();
}
