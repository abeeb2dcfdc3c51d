using Mprpc.Client.Diagnostics;
using Mprpc.Connections;
using Mprpc.Diagnostics;

namespace Mprpc.Client.Connections;

/// <summary>
/// Asks the server on new connections whether it knows the extensions of the protocol (docs/protocol.md 10.5), and remembers for a while that it does not.
/// Safe for concurrent use.
/// </summary>
internal sealed class Negotiation(ClientParts parts)
{
    private static readonly TimeSpan s_timeToAnswer = TimeSpan.FromSeconds(1);

    // A server that is replaced by a newer one is asked again, later each time.
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private volatile bool _isUsed = parts.Options.Extensions == MprpcExtensions.Always || parts.Options.ServesCalls;
    private TimeSpan _pause;
    private long _plainSince;

    /// <summary>Whether a new connection is to ask.</summary>
    public bool IsWanted
    {
        get
        {
            if (!_isUsed || parts.Options.Extensions == MprpcExtensions.Never)
            {
                return false;
            }

            lock (_gate)
            {
                return _pause == TimeSpan.Zero || parts.Clock.GetElapsedTime(_plainSince) >= _pause;
            }
        }
    }

    /// <summary>The application uses something that needs the extensions.</summary>
    /// <returns>Whether connections that have not asked are of no use any more: new ones ask.</returns>
    public bool TryUse()
    {
        if (_isUsed || parts.Options.Extensions != MprpcExtensions.WhenUsed)
        {
            return false;
        }

        _isUsed = true;
        return true;
    }

    /// <summary>Asks.</summary>
    /// <returns>Whether the connection can be used; false if the server has closed it, as one does that knows no such method.</returns>
    public async Task<bool> AskAsync(RpcConnection connection)
    {
        try
        {
            await connection.SayHelloAsync(s_timeToAnswer, parts.Disposed).ConfigureAwait(false);

            lock (_gate)
            {
                _pause = TimeSpan.Zero;
            }

            return true;
        }
        catch (Exception exception) when (exception is MprpcRemoteException or MprpcProtocolException)
        {
            TakeForPlain();
            ClientLog.ServerIsPlain(parts.Logger, parts.Address, LogText.Clean(exception.Message));
            return true;
        }
        catch (TimeoutException)
        {
            TakeForPlain();
            ClientLog.HelloUnanswered(parts.Logger, parts.Address, s_timeToAnswer);
            return true;
        }
        catch (MprpcConnectionException exception)
        {
            TakeForPlain();
            ClientLog.ServerIsPlain(parts.Logger, parts.Address, LogText.Clean(exception.Message));
            return false;
        }
    }

    private void TakeForPlain()
    {
        lock (_gate)
        {
            _pause = _pause == TimeSpan.Zero ? s_firstPause : _pause * 2 < s_longestPause ? _pause * 2 : s_longestPause;
            _plainSince = parts.Clock.GetTimestamp();
        }
    }
}
