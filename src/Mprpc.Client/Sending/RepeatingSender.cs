using Mprpc.Client.Connections;
using Mprpc.Client.Pooling;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.Client.Sending;

/// <summary>
/// Makes calls again: those that were lost and do no harm if they run twice (<see cref="MprpcCallOptions.Idempotent"/>); and, of a client that knows several
/// servers, those that a server has taken and never run, since it stopped.
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

    private readonly bool _hasSeveral = parts.Options.Servers is not null;
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

        for (int repetitions = 0; ; repetitions++)
        {
            MprpcWriter again = Copy(request);

            try
            {
                T result = repetitions == 0
                    ? await sender.SendAsync<T>(method, request, rest).ConfigureAwait(false)
                    : await sender.SendWhenReadyAsync<T>(method, request, rest, spent + time.Spent).ConfigureAwait(false);
                MprpcWriter.Return(again);
                _budget.OnAnswered();
                return result;
            }
            catch (Exception exception)
                when (repetitions < MaxRepetitions && !time.IsOver && ReasonToRepeat(exception, call, lost) is { } reason && MayRepeat(reason))
            {
                lost = exception is MprpcConnectionException { RequestWasSent: true } failure ? failure : lost;
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

    private string? ReasonToRepeat(Exception exception, in MprpcCallOptions call, MprpcConnectionException? lost) => exception switch
    {
        // docs/protocol.md 10.10: the server has promised that it has not run, and never will.
        MprpcConnectionException { RequestWasSent: false, WasTaken: true } or MprpcRemoteException { Code: ErrorCode.GoAway }
            when _hasSeveral || lost is not null => NeverRun,

        // What cannot be read may be the answer to this very call, which would end the next connection too.
        MprpcConnectionException { InnerException: MprpcProtocolException } => null,

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
