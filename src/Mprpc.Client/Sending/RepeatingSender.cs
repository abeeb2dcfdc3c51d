using Mprpc.Client.Connections;
using Mprpc.Client.Pooling;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.Client.Sending;

/// <summary>
/// Makes calls again: those that were lost and do no harm if they run twice (<see cref="MprpcCallOptions.Idempotent"/>); and, of a client that knows several
/// servers, those that a server has taken and never run, since it stopped or was busy. Of such a client it chooses the server of each call.
/// </summary>
/// <param name="parts">What the client's parts share.</param>
/// <param name="pool">Has the connections.</param>
/// <param name="sender">Sends each attempt.</param>
/// <param name="notifications">Sends the notifications.</param>
internal sealed class RepeatingSender(ClientParts parts, ConnectionPool pool, CallSender sender, NotificationQueue notifications)
    : CallSender(parts, pool, notifications)
{
    private const int MaxRepetitions = 3;

    private const string NeverRun = "goaway";
    private const string Lost = "lost";
    private const string Busy = "busy";

    // All that one server has refused at once are not to come to the next one at once. A server that is busy for longer is no matter of repetitions.
    private static readonly TimeSpan s_longestPauseAfterBusy = TimeSpan.FromMilliseconds(20);

    private readonly bool _hasSeveral = parts.Options.Servers is not null;
    private readonly bool _picks = parts.Options.Servers is not null && !pool.IsLimited;
    private readonly RepetitionBudget _budget = new();

    /// <summary>What sends a call at once that is never made again; null: each may be, or has to wait.</summary>
    public DirectSender? Direct => _hasSeveral ? null : sender as DirectSender;

    public override ValueTask<T> SendWhenReadyAsync<T>(string method, MprpcWriter request, MprpcCallOptions call, TimeSpan spent)
        => _hasSeveral || MayRunTwice(call)
            ? RepeatAsync<T>(method, request, call, spent)
            : sender.SendWhenReadyAsync<T>(method, request, call, spent);

    // Of a client with several servers each request is kept, until it is answered.
    internal override RpcConnection? TryGetConnection(CancellationToken cancellationToken) => _hasSeveral ? null : sender.TryGetConnection(cancellationToken);

    private async ValueTask<T> RepeatAsync<T>(string method, MprpcWriter request, MprpcCallOptions call, TimeSpan spent)
    {
        var time = new CallTime(Parts.Clock, call.Timeout ?? Parts.CallTimeout);
        MprpcCallOptions rest = call with { Idempotent = false };     // inside, it is a call like any
        MprpcConnectionException? lost = null;      // of an attempt that may have run
        Subchannel? avoided = null;

        for (int repetitions = 0; ; repetitions++)
        {
            MprpcWriter again = Copy(request);
            bool isMeasured = false;
            Subchannel? used = !_picks || rest.CancellationToken.IsCancellationRequested ? null : Pool.TryPick(avoided, out isMeasured);
            long started = isMeasured ? Parts.Clock.GetTimestamp() : 0;

            try
            {
                T result = await AttemptAsync<T>(ref used, method, request, rest, repetitions == 0 ? default : spent + time.Spent).ConfigureAwait(false);

                if (isMeasured)
                {
                    used?.Latency?.Record(started);
                }

                MprpcWriter.Return(again);
                _budget.OnAnswered();
                return result;
            }
            catch (Exception exception)
                when (repetitions < MaxRepetitions && !time.IsOver && ReasonToRepeat(exception, call, lost) is { } reason && MayRepeat(reason))
            {
                lost = exception is MprpcConnectionException { RequestWasSent: true } failure ? failure : lost;
                avoided = used;

                if (reason == Busy)
                {
                    await PauseAsync(again, repetitions, time, call.CancellationToken).ConfigureAwait(false);
                }

                rest = rest with { Timeout = time.Left };
            }
            catch (MprpcConnectionException exception) when (lost is not null && !exception.RequestWasSent)
            {
                MprpcWriter.Return(again);
                throw new MprpcConnectionException(
                    $"{lost.Message} The call of '{method}' was made again, and that attempt failed: {exception.Message}", requestWasSent: true, exception);
            }
            catch
            {
                MprpcWriter.Return(again);
                throw;
            }

            request = again;
        }
    }

    /// <summary>Sends the call over the connection that was chosen; null afterwards: it went another way, when there was a place for it.</summary>
    private ValueTask<T> AttemptAsync<T>(ref Subchannel? chosen, string method, MprpcWriter request, in MprpcCallOptions call, TimeSpan spent)
    {
        if (chosen?.Current is { Output.IsCongested: false } connection
            && connection.TryCall(method, request, call.Timeout ?? Parts.CallTimeout, call.Told, call.CancellationToken, out ValueTask<T> result))
        {
            return result;
        }

        chosen = null;
        return _picks || spent > TimeSpan.Zero
            ? sender.SendWhenReadyAsync<T>(method, request, call, spent)
            : sender.SendAsync<T>(method, request, call);
    }

    private async ValueTask PauseAsync(MprpcWriter again, int repetitions, CallTime time, CancellationToken cancellationToken)
    {
        try
        {
            TimeSpan pause = s_longestPauseAfterBusy * (1 << repetitions) * Random.Shared.NextDouble();
            TimeSpan left = time.Left;
            await Task.Delay(left == Timeout.InfiniteTimeSpan || pause < left ? pause : left, Parts.Clock, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            MprpcWriter.Return(again);
            throw;
        }
    }

    private string? ReasonToRepeat(Exception exception, in MprpcCallOptions call, MprpcConnectionException? lost) => exception switch
    {
        // docs/protocol.md 10.10: the server has promised that it has not run, and never will.
        MprpcConnectionException { RequestWasSent: false, WasTaken: true } or MprpcRemoteException { Code: ErrorCode.GoAway }
            when _hasSeveral || lost is not null => NeverRun,

        // What cannot be read may be the answer to this very call, which would end the next connection too.
        MprpcConnectionException { InnerException: MprpcProtocolException } => null,

        // Nor has this: it found no room.
        MprpcRemoteException { Code: ErrorCode.Busy } when _hasSeveral && call.Streams is null && Parts.Dialer.Usable > 1 => Busy,

        // After a loss, also one that finds no server: the next attempt waits for its back-off.
        MprpcConnectionException { IsLasting: false } failure
            when MayRunTwice(call) && !Parts.Dialer.IsSpent && (failure.RequestWasSent || lost is not null) => Lost,
        _ => null,
    };

    private bool MayRepeat(string reason)
    {
        // What never ran costs no server anything.
        bool may = reason == NeverRun || _budget.TryTake();
        Parts.Telemetry.OnRepetition(reason, may);
        return may;
    }

    // What a stream has fed to the first attempt is gone.
    private static bool MayRunTwice(in MprpcCallOptions call) => call.Idempotent && call.Streams is null;
}
