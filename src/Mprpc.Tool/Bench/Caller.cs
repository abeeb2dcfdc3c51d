using System.Diagnostics;
using Mprpc.Client;

namespace Mprpc.Tool.Bench;

/// <summary>Makes one call after the other until the time is over.</summary>
/// <param name="client">The connection.</param>
/// <param name="method">The method.</param>
/// <param name="arguments">Its arguments, encoded.</param>
/// <param name="plan">The load.</param>
/// <param name="number">Which of all callers this is, from 0: with a rate each has its own turns.</param>
internal sealed class Caller(MprpcClient client, string method, object?[] arguments, LoadPlan plan, int number)
{
    // A timer is late by about so much: what is left until a turn is not waited for, and the call is made that much early.
    private static readonly TimeSpan _timerIsLate = TimeSpan.FromMilliseconds(2);

    // Without a connection calls fail at once; a loop of them would measure nothing and take all of the processor.
    private static readonly TimeSpan _pauseWithoutConnection = TimeSpan.FromMilliseconds(20);

    public async Task RunAsync(long start, Measurement into, CancellationToken cancellationToken)
    {
        TimeSpan end = plan.WarmUp + plan.Duration;

        for (long turn = number; ; turn += plan.Callers)
        {
            TimeSpan due = await TurnAsync(start, turn, cancellationToken);

            if (due >= end || cancellationToken.IsCancellationRequested)
            {
                return;
            }

            string? error = await CallAsync(cancellationToken);

            if (due < plan.WarmUp || cancellationToken.IsCancellationRequested)
            {
                continue;
            }
            else if (error is null)
            {
                into.Add(Stopwatch.GetElapsedTime(start) - due);
            }
            else
            {
                into.AddError(error);
            }
        }
    }

    /// <summary>
    /// When the next call begins: now, or with a rate when it is its turn. A turn that is late counts from when it was due, so that a call which had to wait
    /// for a slow one before it is measured with that wait.
    /// </summary>
    private async ValueTask<TimeSpan> TurnAsync(long start, long turn, CancellationToken cancellationToken)
    {
        TimeSpan now = Stopwatch.GetElapsedTime(start);

        if (plan.Rate is not { } rate)
        {
            return now;
        }

        TimeSpan due = TimeSpan.FromSeconds(turn / rate);
        TimeSpan left = due - now - _timerIsLate;

        // A task that completes at once in place of an exception: the end of the time is no error.
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            now = Stopwatch.GetElapsedTime(start);
        }

        return due < now ? due : now;
    }

    /// <returns>Null: it went well; else what went wrong.</returns>
    private async ValueTask<string?> CallAsync(CancellationToken cancellationToken)
    {
        try
        {
            await client.CallAsync<MprpcRaw>(method, cancellationToken, arguments);
            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (MprpcConnectionException exception)
        {
            await Task.Delay(_pauseWithoutConnection, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return exception.Message;
        }
        catch (Exception exception) when (exception is MprpcRemoteException or TimeoutException)
        {
            return exception.Message;
        }
    }
}
