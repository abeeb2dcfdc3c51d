using Mprpc.Client.Connections;
using Mprpc.Client.Pooling;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Wire;

namespace Mprpc.Client.Sending;

/// <summary>Sends the calls of a client that knows several servers: one that a server has taken and never run, since it stopped, is sent to another.</summary>
/// <param name="parts">What the client's parts share.</param>
/// <param name="pool">Has the connections.</param>
/// <param name="sender">Sends each attempt.</param>
/// <param name="notifications">Sends the notifications.</param>
internal sealed class RepeatingSender(ClientParts parts, ConnectionPool pool, CallSender sender, NotificationQueue notifications)
    : CallSender(parts, pool, notifications)
{
    private const int MaxRepetitions = 3;

    public override async ValueTask<T> SendWhenReadyAsync<T>(string method, MprpcWriter request, MprpcCallOptions call, TimeSpan spent)
    {
        var time = new CallTime(Parts.Clock, call.Timeout ?? Parts.CallTimeout);
        MprpcCallOptions rest = call;

        for (int repetitions = 0; ; repetitions++)
        {
            MprpcWriter again = Copy(request);

            try
            {
                T result = repetitions == 0
                    ? await sender.SendAsync<T>(method, request, rest).ConfigureAwait(false)
                    : await sender.SendWhenReadyAsync<T>(method, request, rest, spent + time.Spent).ConfigureAwait(false);
                MprpcWriter.Return(again);
                return result;
            }
            catch (Exception exception) when (repetitions < MaxRepetitions && HasNotRun(exception) && !time.IsOver)
            {
                rest = call with { Timeout = time.Left };
            }
            catch
            {
                MprpcWriter.Return(again);
                throw;
            }

            request = again;
        }
    }

    // A copy of each request is kept, until it is answered.
    internal override RpcConnection? TryGetConnection(CancellationToken cancellationToken) => null;

    // docs/protocol.md 10.10: the server has promised that it has not run, and never will.
    private static bool HasNotRun(Exception exception)
        => exception is MprpcConnectionException { RequestWasSent: false, WasTaken: true } or MprpcRemoteException { Code: ErrorCode.GoAway };
}
