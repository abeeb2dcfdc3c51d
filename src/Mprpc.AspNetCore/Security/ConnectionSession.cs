using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Mprpc.Connections;
using Mprpc.Dispatch;

namespace Mprpc.AspNetCore.Security;

/// <summary>Who calls over one connection, from its start to its end. Safe for concurrent use.</summary>
internal sealed class ConnectionSession(EndpointSecurity security) : RpcSession, IDisposable
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(40);       // what a timer can be set to is 49

    private static long s_lastNumber;

    private readonly Lock _gate = new();
    private ConcurrentDictionary<string, Lazy<Task<AuthenticateResult>>>? _ofConnection;      // most connections are asked by no scheme
    private Caller _caller = Caller.Anonymous();
    private ITimer? _timer;
    private bool _isDisposed;
    private int _logins;
    private int _acceptedLogin;
    private int _loginsUnderWay;
    private int _failedLogins;
    private DateTimeOffset _vouchedUntil;
    private long _number;

    /// <summary>The session of a connection that this server has accepted.</summary>
    public static ConnectionSession Of(RpcConnection connection) => (ConnectionSession)connection.Session!;

    /// <summary>Whose a call is: its own credential's, else the connection's at this moment.</summary>
    public static Caller CallerOf(CallContext call) => (Caller?)call.Caller ?? Of((RpcConnection)call.Connection).Caller;

    /// <summary>Tells this connection from all others of the process; given when it is first asked for.</summary>
    public long Number
    {
        get
        {
            if (Volatile.Read(ref _number) == 0)
            {
                Interlocked.CompareExchange(ref _number, Interlocked.Increment(ref s_lastNumber), 0);
            }

            return Volatile.Read(ref _number);
        }
    }

    public override ClaimsPrincipal? Principal => Caller.Principal;

    /// <summary>Called when a login has changed who calls; set once, before the connection is served.</summary>
    public Action? OnAccepted { get; set; }

    /// <summary>Who calls at this moment.</summary>
    public Caller Caller
    {
        get
        {
            Caller caller = Volatile.Read(ref _caller);

            if (!caller.IsOver(security.Clock))
            {
                return caller;
            }

            Caller expired = Caller.Expired();
            Caller present = Interlocked.CompareExchange(ref _caller, expired, caller);
            return present == caller ? expired : present;
        }
    }

    /// <summary>Starts with whom the transport knows; where login is required, the time for it runs from here.</summary>
    public void Start(RpcConnection connection, Caller? ofTransport)
    {
        if (ofTransport is not null)
        {
            _caller = ofTransport;
        }

        if (security.RequiresLogin)
        {
            Adapt(connection);
        }
    }

    /// <summary>Begins a login.</summary>
    /// <param name="number">To be given to <see cref="Accept"/>: of several logins under way the one that was asked for last wins.</param>
    /// <returns>False where too many have failed, those counted that are still under way: a peer could send any number at once.</returns>
    public bool TryBeginLogin(out int number)
    {
        lock (_gate)
        {
            number = ++_logins;

            if (_failedLogins + _loginsUnderWay >= security.Options.MaxFailedLogins)
            {
                return false;
            }

            _loginsUnderWay++;
            return true;
        }
    }

    public void Accept(RpcConnection connection, int number, Caller caller)
    {
        lock (_gate)
        {
            _loginsUnderWay--;

            if (number < _acceptedLogin)
            {
                return;
            }

            _acceptedLogin = number;
            Volatile.Write(ref _caller, caller);
        }

        OnAccepted?.Invoke();

        if (security.RequiresLogin)
        {
            Adapt(connection);
        }
    }

    /// <summary>Counts a login that failed.</summary>
    /// <returns>Whether it was the last that may.</returns>
    public bool CountFailure()
    {
        lock (_gate)
        {
            _loginsUnderWay--;
            return ++_failedLogins == security.Options.MaxFailedLogins;
        }
    }

    /// <summary>
    /// A call's credential was accepted: the peer is no stranger while that is valid, whether it logs in or not. The connection's user stays who it is.
    /// </summary>
    public void Vouch(RpcConnection connection, Caller caller)
    {
        if (!security.RequiresLogin)
        {
            return;
        }

        DateTimeOffset until = caller.Expires ?? DateTimeOffset.MaxValue;

        lock (_gate)
        {
            if (until <= _vouchedUntil)
            {
                return;
            }

            _vouchedUntil = until;
        }

        Adapt(connection);
    }

    /// <summary>What a scheme makes of what the connection itself brings; asked once a connection.</summary>
    public async Task<AuthenticateResult> AuthenticateAsync(RpcConnection connection, string scheme)
    {
        ConcurrentDictionary<string, Lazy<Task<AuthenticateResult>>> results
            = LazyInitializer.EnsureInitialized(ref _ofConnection, () => new(StringComparer.Ordinal));
        Lazy<Task<AuthenticateResult>> result = results.GetOrAdd(
            scheme,
            static (scheme, of)
                => new Lazy<Task<AuthenticateResult>>(() => of.Schemes.AuthenticateConnectionAsync(of.Connection, scheme, of.Connection.Closed)),
            (security.Schemes, Connection: connection));

        try
        {
            // A scheme may ask others, of a certificate's revocation for instance, who do not answer.
            return await result.Value.WaitAsync(security.Options.LoginTimeout, security.Clock, connection.Closed).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            security.Schemes.OnTooSlow(connection, scheme, security.Options.LoginTimeout);
            return AuthenticateResult.NoResult();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }

    /// <summary>
    /// Gives the connection the limits of a user, until the credential ends, or of a stranger, until it must have logged in. Where login is required.
    /// </summary>
    private void Adapt(RpcConnection connection)
    {
        lock (_gate)
        {
            _timer?.Dispose();

            if (_isDisposed)
            {
                return;
            }

            Caller caller = Caller;
            DateTimeOffset now = security.Clock.GetUtcNow();
            bool isKnown = caller.IsAuthenticated || now < _vouchedUntil;

            // Those of its start, which its peer was told, whatever the configuration says by now.
            ConnectionLimits limits = connection.OfferedLimits;
            connection.ChangeLimits(isKnown ? limits : security.LimitsOfStranger(limits, connection.RunningCalls.Count));

            if (isKnown)
            {
                DateTimeOffset end = caller.IsAuthenticated ? caller.Expires ?? DateTimeOffset.MaxValue : _vouchedUntil;
                _timer = end == DateTimeOffset.MaxValue ? null : CreateTimer(end - now, () => Adapt(connection));
            }
            else if (security.Options.LoginTimeout != Timeout.InfiniteTimeSpan)
            {
                _timer = CreateTimer(security.Options.LoginTimeout, () => OnDeadline(connection));
            }
        }
    }

    private bool IsKnown()
    {
        lock (_gate)
        {
            return Caller.IsAuthenticated || security.Clock.GetUtcNow() < _vouchedUntil;
        }
    }

    private ITimer CreateTimer(TimeSpan due, Action action)
    {
        // Too early is no harm: the clock is looked at again.
        TimeSpan bounded = due < ShortestWait ? ShortestWait : due > LongestWait ? LongestWait : due;
        return security.Clock.CreateTimer(static action => ((Action)action!)(), action, bounded, Timeout.InfiniteTimeSpan);
    }

    private void OnDeadline(RpcConnection connection)
    {
        if (!IsKnown())
        {
            connection.Abort(new MprpcProtocolException(
                $"The peer has not logged in within {security.Options.LoginTimeout.TotalSeconds:0.###} s, as this endpoint requires. "
                + "It logs in with $/authenticate; "
                + "raise MprpcServerOptions.Authentication.LoginTimeout if that takes so long."));
        }
    }
}
