namespace Mprpc.Interleavings.Tests.Stepping;

/// <summary>One run of a scenario's threads, one of which runs at a time; at each step the strategy says which.</summary>
internal sealed class ScheduledRun(IStrategy strategy)
{
    // Far more than any scenario has; so many means that threads wait for each other, spinning.
    private const int MostSteps = 20_000;

    private readonly List<SteppedThread> _threads = [];
    private readonly SemaphoreSlim _ended = new(0);
    private int _steps;

    public Exception? Failure { get; private set; }

    public bool IsAbandoned { get; private set; }

    /// <summary>Runs these, and what they start, to their ends.</summary>
    public void Execute(params ReadOnlySpan<Action> bodies)
    {
        foreach (Action body in bodies)
        {
            Start(body);
        }

        Next(current: null, mayStay: false).GiveTurn();
        _ended.Wait();
    }

    public void Start(Action body)
    {
        var thread = new SteppedThread(this, _threads.Count, body);
        _threads.Add(thread);
        Worker.Run(thread);
    }

    public void Step(SteppedThread current, bool mayStay)
    {
        if (IsAbandoned)
        {
            throw new AbandonedException();
        }

        if (++_steps > MostSteps)
        {
            Abandon(new InvalidOperationException($"The threads have made {MostSteps:N0} steps and have not come to an end."));
            throw new AbandonedException();
        }

        if (!_threads.Exists(thread => thread.CanRun))
        {
            Abandon(new InvalidOperationException("Deadlock: each thread waits for another."));
            throw new AbandonedException();
        }

        SteppedThread next = Next(current, mayStay);

        if (next != current)
        {
            next.GiveTurn();
            current.WaitForTurn();

            if (IsAbandoned)
            {
                throw new AbandonedException();
            }
        }
    }

    public void OnEnded(SteppedThread thread)
    {
        if (_threads.TrueForAll(each => each.HasEnded))
        {
            _ended.Release();
        }
        else if (IsAbandoned)
        {
            _threads.Find(each => !each.HasEnded)!.GiveTurn();
        }
        else if (_threads.Exists(each => each.CanRun))
        {
            Next(thread, mayStay: false).GiveTurn();
        }
        else
        {
            Abandon(new InvalidOperationException("Deadlock: each thread that is left waits for another."));
            _threads.Find(each => !each.HasEnded)!.GiveTurn();
        }
    }

    public void Fail(Exception exception) => Failure ??= exception;

    private void Abandon(Exception exception)
    {
        Fail(exception);
        IsAbandoned = true;
    }

    private SteppedThread Next(SteppedThread? current, bool mayStay)
    {
        // To stay is the first choice, where it is one; then going elsewhere is a preemption.
        bool canStay = mayStay && current!.CanRun;
        List<SteppedThread> choices = [];

        if (canStay)
        {
            choices.Add(current!);
        }

        choices.AddRange(_threads.Where(thread => thread != current && thread.CanRun));

        if (choices.Count == 0)
        {
            choices.Add(current!);      // it spins, and nobody else can go on
        }

        return choices[choices.Count == 1 ? 0 : strategy.Choose(choices.Count, canStay)];
    }
}
