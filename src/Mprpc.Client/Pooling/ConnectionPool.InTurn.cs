using System.Diagnostics.CodeAnalysis;
using Mprpc.Client.Connections;
using Mprpc.CompilerServices;
using Mprpc.Connections;

namespace Mprpc.Client.Pooling;

/// <content>Calls that wait because each connection has as many as its server takes (docs/protocol.md 10.5): whoever frees a place sends the next.</content>
internal sealed partial class ConnectionPool
{
    private bool _waitsForOutput;   // under the lock

    /// <summary>Whether there are some who wait: then no other goes first.</summary>
    public bool IsAwaited => Volatile.Read(ref _isAwaited);

    /// <summary>Whether a call has to wait for a place on a connection that is there, or for those that do.</summary>
    public bool IsFull
    {
        get
        {
            if (_isLimited)
            {
                return false;
            }

            if (_room.Count > 0)
            {
                return true;
            }

            bool isConnected = false;

            foreach (Subchannel subchannel in _subchannels)
            {
                if (subchannel.Current is { } connection)
                {
                    isConnected = true;

                    if (subchannel.HasPlace(connection, _limit) && !IsAwaited)
                    {
                        return false;
                    }
                }
            }

            return isConnected;
        }
    }

    /// <summary>Sends a call in its turn.</summary>
    /// <returns>False if the client was disposed.</returns>
    public bool TryWait(in WaitingCall call)
    {
        if (!_room.TryAdd(call))
        {
            return false;
        }

        lock (_gate)
        {
            KeepOrder();
            Interlocked.MemoryBarrier();    // either this sees that a call has left its connection, or that sees this one wait
            Grow();
        }

        SendWaiting();
        return true;
    }

    /// <summary>Sends those that wait as long as there are places. Not under a lock: what fails there closes the connection.</summary>
    private void SendWaiting()
    {
        while (TryTakeNext(out WaitingCall call, out Subchannel? subchannel, out RpcConnection? connection))
        {
            bool isSent = TrySend(call, subchannel, connection);
            subchannel.Unreserve();

            if (!isSent && !_room.TryAdd(call, isReturned: true))
            {
                MprpcWriter.Return(call.Request);
                call.Call.Fail(ClientParts.DisposedException());
            }
        }
    }

    private bool TryTakeNext(out WaitingCall call, [NotNullWhen(true)] out Subchannel? subchannel, [NotNullWhen(true)] out RpcConnection? connection)
    {
        call = default;
        subchannel = null;
        connection = null;

        if (!IsAwaited)
        {
            return false;
        }

        lock (_gate)
        {
            if (_isClosed || _waitsForOutput || _room.Count == 0 || TryTake(_limit) is not { } free)
            {
                return false;
            }

            subchannel = free;
            connection = free.Current;

            if (connection is { Output.IsCongested: true })
            {
                _waitsForOutput = true;
                _ = SendLaterAsync(connection.Output.WaitForRoomAsync());       // owned: ends with the connection, and cannot throw
                connection = null;
            }

            bool isTaken = connection is not null && _room.TryTake(out call);

            if (!isTaken)
            {
                free.Unreserve();
            }

            KeepOrder();
            return isTaken;
        }
    }

    private async Task SendLaterAsync(Task room)
    {
        await room.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

        lock (_gate)
        {
            _waitsForOutput = false;
        }

        SendWaiting();
    }

    private static bool TrySend(in WaitingCall call, Subchannel subchannel, RpcConnection connection)
    {
        try
        {
            return subchannel.TryCall(connection, call.Call, call.Request, call.CancellationToken);
        }
        catch (Exception exception)
        {
            call.Call.Fail(exception);      // too large for this server, or with metadata that it does not take
            return true;
        }
    }
}
