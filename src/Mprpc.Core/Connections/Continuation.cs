using System.Threading.Tasks.Sources;

namespace Mprpc.Connections;

/// <summary>How an awaiter goes on that cannot simply be called: elsewhere, or with the ambient state that it had.</summary>
/// <remarks>
/// It runs once, whatever the application's SynchronizationContext or TaskScheduler does, and what it throws is reported, never thrown into the loop that
/// completes calls.
/// </remarks>
internal sealed class Continuation(
    Action<object?> action, object? state, ICallbackFailures? failures, ExecutionContext? context = null, object? scheduler = null)
    : IThreadPoolWorkItem
{
    private int _hasRun;

    /// <summary>What an awaiter asks for; null if that is nothing but to be called.</summary>
    public static Continuation? Capture(Action<object?> action, object? state, ValueTaskSourceOnCompletedFlags flags, ICallbackFailures? failures)
    {
        if (flags == ValueTaskSourceOnCompletedFlags.None)
        {
            return null;
        }

        ExecutionContext? context = flags.HasFlag(ValueTaskSourceOnCompletedFlags.FlowExecutionContext) ? ExecutionContext.Capture() : null;
        object? scheduler = flags.HasFlag(ValueTaskSourceOnCompletedFlags.UseSchedulingContext) ? PresentScheduler() : null;
        return context is null && scheduler is null ? null : new Continuation(action, state, failures, context, scheduler);
    }

    /// <summary>Lets an awaiter go on.</summary>
    /// <param name="action">What to call; null if <paramref name="state"/> is a <see cref="Continuation"/>.</param>
    /// <param name="state">What to call it with.</param>
    /// <param name="onThisThread">Whether it may run here.</param>
    /// <param name="failures">Is told what it throws.</param>
    public static void Run(Action<object?>? action, object? state, bool onThisThread, ICallbackFailures? failures)
    {
        if (action is null)
        {
            ((Continuation)state!).GoOn(onThisThread);
        }
        else if (onThisThread)
        {
            try
            {
                action(state);
            }
            catch (Exception exception)
            {
                failures?.Report(exception);
            }
        }
        else
        {
            new Continuation(action, state, failures).Schedule();
        }
    }

    /// <summary>Lets the awaiter go on, not on this thread.</summary>
    public void Schedule()
    {
        try
        {
            switch (scheduler)
            {
                case SynchronizationContext synchronization:
                    synchronization.Post(static continuation => ((Continuation)continuation!).Execute(), this);
                    return;
                case TaskScheduler tasks:
                    _ = Task.Factory.StartNew(
                        static continuation => ((Continuation)continuation!).Execute(),
                        this,
                        CancellationToken.None,
                        TaskCreationOptions.DenyChildAttach,
                        tasks);
                    return;
            }
        }
        catch (Exception exception)
        {
            // On another thread than it wanted, but not never: else its call would be lost.
            failures?.Report(exception);
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    /// <inheritdoc/>
    public void Execute()
    {
        if (Interlocked.Exchange(ref _hasRun, 1) != 0)
        {
            return;
        }

        try
        {
            if (context is null)
            {
                action(state);
            }
            else
            {
                ExecutionContext.Run(context, static continuation => ((Continuation)continuation!).Call(), this);
            }
        }
        catch (Exception exception)
        {
            failures?.Report(exception);
        }
    }

    private static object? PresentScheduler()
        => SynchronizationContext.Current is { } synchronization && synchronization.GetType() != typeof(SynchronizationContext) ? synchronization
            : TaskScheduler.Current != TaskScheduler.Default ? TaskScheduler.Current
            : null;

    private void GoOn(bool onThisThread)
    {
        if (onThisThread && scheduler is null)
        {
            Execute();
        }
        else
        {
            Schedule();
        }
    }

    private void Call() => action(state);
}
