using Mprpc.Client.Diagnostics;
using Mprpc.Client.Transports;
using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Transports;

namespace Mprpc.Client.Connections;

/// <summary>
/// Asks the server on new connections whether it knows the extensions of the protocol (docs/protocol.md 10.5), and remembers for a while that it does not.
/// Safe for concurrent use.
/// </summary>
internal sealed class Negotiation(ClientParts parts)
{
    // A server that was stopped closes a connection as one does that knows no hello, and its port may still have taken it.
    private const int MostRefusals = 2;

    private static readonly TimeSpan s_timeToAnswer = TimeSpan.FromSeconds(1);

    // A server that is replaced by a newer one is asked again, later each time.
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private volatile bool _isUsed = parts.Options.Extensions == MprpcExtensions.Always || parts.Options.ServesCalls;
    private volatile bool _isSettled = parts.Options.Extensions != MprpcExtensions.WhenUsed || parts.Options.ServesCalls;
    private TimeSpan _pause;            // under the lock
    private long _plainSince;           // under the lock
    private bool _isPresumed;           // under the lock: no byte of the server says that it is plain
    private string _lastRefusal = "";

    private bool IsPaused
    {
        get
        {
            lock (_gate)
            {
                return _pause > TimeSpan.Zero && parts.Clock.GetElapsedTime(_plainSince) < _pause;
            }
        }
    }

    /// <summary>Decides whether a new connection asks.</summary>
    /// <param name="said">What the server has said already.</param>
    /// <param name="refused">How many connections it has just closed, one after the other, that have asked: after two it is taken for plain.</param>
    public bool ShallAsk(ExtensionSupport said, int refused)
    {
        if (refused < MostRefusals || said == ExtensionSupport.Known)
        {
            return IsWanted(said);
        }

        TakeForPlain(isPresumed: true);
        ClientLog.ServerIsPlain(parts.Logger, parts.Address, _lastRefusal);
        return false;
    }

    /// <summary>Whether a connection should have asked.</summary>
    /// <param name="said">What the server has said already.</param>
    public bool IsWanted(ExtensionSupport said)
        => parts.Options.Extensions != MprpcExtensions.Never
            && (said == ExtensionSupport.Known || ((_isUsed || said == ExtensionSupport.Claimed) && !IsPaused));

    /// <summary>The application uses something that needs the extensions.</summary>
    /// <returns>Whether connections that have not asked are of no use any more: new ones ask.</returns>
    public bool TryUse()
    {
        if (_isSettled)
        {
            return false;
        }

        _isUsed = true;
        return true;
    }

    /// <summary>Connections that had not asked when the application began to use the extensions take no more calls.</summary>
    public void Settle() => _isSettled = true;

    /// <summary>Asks.</summary>
    /// <param name="connection">The new connection.</param>
    /// <param name="said">What the server has said already.</param>
    /// <returns>Whether the connection can be used; false if the server has closed it, as one does that knows no such method.</returns>
    /// <exception cref="MprpcConnectionException">The server has said that it knows the extensions, and does not answer as one that does.</exception>
    public async Task<bool> AskAsync(RpcConnection connection, ExtensionSupport said)
    {
        if (said == ExtensionSupport.Known)
        {
            await GreetAsync(connection).ConfigureAwait(false);
            return true;
        }

        try
        {
            await connection.SayHelloAsync(s_timeToAnswer, parts.Disposed).ConfigureAwait(false);
            TakeForCapable();
            return true;
        }
        catch (Exception exception) when (exception is MprpcRemoteException or MprpcProtocolException)
        {
            TakeForPlain(isPresumed: false);
            ClientLog.ServerIsPlain(parts.Logger, parts.Address, LogText.Clean(exception.Message));
            return true;
        }
        catch (TimeoutException)
        {
            TakeForPlain(isPresumed: false);
            ClientLog.HelloUnanswered(parts.Logger, parts.Address, s_timeToAnswer);
            return true;
        }
        catch (MprpcConnectionException exception)
        {
            _lastRefusal = LogText.Clean(exception.Message);
            return false;
        }
    }

    /// <summary>
    /// A connection has ended without a byte of the server: that it is plain was presumed for nothing, such as of a proxy whose server is down.
    /// </summary>
    public void OnUnheard()
    {
        lock (_gate)
        {
            if (_isPresumed)
            {
                _pause = TimeSpan.Zero;
            }
        }
    }

    /// <summary>
    /// Asks a server that knows the extensions. Without the answer there is no connection: to take the server for plain would hide what is wrong with it, such
    /// as a proxy that promises more than the server behind it has.
    /// </summary>
    private async Task GreetAsync(RpcConnection connection)
    {
        TimeSpan timeout = parts.Options.ConnectTimeout ?? Timeout.InfiniteTimeSpan;

        try
        {
            await connection.SayHelloAsync(timeout, parts.Disposed).ConfigureAwait(false);
            TakeForCapable();
        }
        catch (Exception exception) when (exception is MprpcRemoteException or MprpcProtocolException)
        {
            throw NotGreeted($"refuses '$/hello': {LogText.Clean(exception.Message)}", exception);
        }
        catch (TimeoutException exception)
        {
            throw NotGreeted($"has not answered '$/hello' within {timeout.TotalMilliseconds:N0} ms.", exception);
        }
        catch (MprpcConnectionException exception)
        {
            throw NotGreeted($"has ended the connection in place of an answer to '$/hello': {exception.Message}", exception);
        }
    }

    private MprpcConnectionException NotGreeted(string problem, Exception exception)
        => new(
            $"Cannot connect to {parts.Address}: in the TLS handshake it has chosen '{ProtocolName.Extended}', and {problem} "
            + "Is TLS terminated by a proxy before another server? MprpcClientOptions.Extensions = Never connects without the extensions.",
            requestWasSent: false,
            exception);

    private void TakeForCapable()
    {
        lock (_gate)
        {
            _pause = TimeSpan.Zero;
        }
    }

    private void TakeForPlain(bool isPresumed)
    {
        lock (_gate)
        {
            _isPresumed = isPresumed;
            _pause = _pause == TimeSpan.Zero ? s_firstPause : _pause * 2 < s_longestPause ? _pause * 2 : s_longestPause;
            _plainSince = parts.Clock.GetTimestamp();
        }
    }
}
