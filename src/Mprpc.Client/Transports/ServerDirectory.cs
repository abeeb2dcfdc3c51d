using Mprpc.Client.Diagnostics;
using Mprpc.Diagnostics;

namespace Mprpc.Client.Transports;

/// <summary>The servers that a client knows: those that its source has found last. Asks the source, one question at a time. Safe for concurrent use.</summary>
internal sealed class ServerDirectory
{
    // A token may change at each question.
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromMilliseconds(100);

    // Of what is only a guess: a list that was found a moment ago still holds.
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly MprpcServerSource _source;
    private readonly Func<ServerAddress, Dialer> _dialerTo;
    private readonly MprpcClientOptions _options;
    private readonly HarmlessLogger _logger;
    private readonly CancellationTokenSource _ended = new();
    private ListedServer[] _servers = [];
    private Task? _asking;              // under the lock
    private bool _isOutdated;           // under the lock
    private long _askedAt;              // under the lock
    private bool _hasAsked;             // under the lock
    private IDisposable? _watching;     // under no lock: a token's registration may wait for its callback
    private Exception? _failure;

    /// <param name="source">Finds the servers.</param>
    /// <param name="dialerTo">Makes what connects to one of them.</param>
    /// <param name="options">The client's, frozen.</param>
    public ServerDirectory(MprpcServerSource source, Func<ServerAddress, Dialer> dialerTo, MprpcClientOptions options)
    {
        _source = source;
        _dialerTo = dialerTo;
        _options = options;
        _logger = new HarmlessLogger(options.LoggerFactory.CreateLogger("Mprpc.Client"));

        if (source.Unchanging is { } list)
        {
            Apply(list);
        }
    }

    /// <summary>Runs when the list has changed; under no lock.</summary>
    public Action? Changed { get; set; }

    /// <summary>The servers that are known, in this client's own order; empty: none has been found yet. Each list that was found is a new array.</summary>
    public ListedServer[] Servers => Volatile.Read(ref _servers);

    /// <summary>The servers; asks for them if none is known, and anew, without waiting, if the answer is not fresh.</summary>
    /// <exception cref="MprpcConnectionException">None is known.</exception>
    public async ValueTask<ListedServer[]> GetAsync(CancellationToken cancellationToken)
    {
        if (Servers is { Length: > 0 } known)
        {
            _ = AskAsync(s_fresh);      // cannot throw
            return known;
        }

        await AskAsync(TimeSpan.Zero).WaitAsync(cancellationToken).ConfigureAwait(false);
        return Servers is { Length: > 0 } found ? found : throw new MprpcConnectionException(
            $"The servers of {_source} cannot be found: {_failure?.Message ?? "the client was disposed"}", requestWasSent: false, _failure);
    }

    /// <summary>Asks the source, if it has not been asked for so long.</summary>
    /// <returns>Completes with the answer; cannot fail.</returns>
    public Task AskAsync(TimeSpan age)
    {
        lock (_gate)
        {
            if (_asking is not null)
            {
                return _asking;
            }

            if (_source.Unchanging is not null || _ended.IsCancellationRequested
                || (_hasAsked && Servers.Length > 0 && _options.TimeProvider.GetElapsedTime(_askedAt) < age))
            {
                return Task.CompletedTask;
            }

            return Begin(TimeSpan.Zero);
        }
    }

    /// <summary>Asks no more; what is asked for is given up.</summary>
    public void End()
    {
        _ = _ended.CancelAsync();       // what runs then may be the source's own code
        Interlocked.Exchange(ref _watching, null)?.Dispose();
    }

    /// <summary>Under the lock.</summary>
    private Task Begin(TimeSpan delay)
    {
        // What is asked belongs to no call: neither do its ambient values.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            return _asking = AskSourceAsync(delay);
        }
    }

    private async Task AskSourceAsync(TimeSpan delay)
    {
        // Off the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        bool hasChanged = false;

        try
        {
            await Task.Delay(delay, _options.TimeProvider, _ended.Token).ConfigureAwait(false);
            using var timeout = new CancellationTokenSource(_options.ConnectTimeout ?? Timeout.InfiniteTimeSpan, _options.TimeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _ended.Token);

            // A source that ignores its token holds nobody up.
            MprpcServerList found = await _source.FindAsync(either.Token).AsTask().WaitAsync(either.Token).ConfigureAwait(false);
            hasChanged = Apply(found);
            Watch(found);
        }
        catch (Exception exception)
        {
            _failure = exception;

            if (!_ended.IsCancellationRequested)
            {
                ClientLog.ServersNotFound(_logger, _source.ToString()!, Servers.Length, exception);
            }
        }

        lock (_gate)
        {
            _asking = null;
            _hasAsked = true;
            _askedAt = _options.TimeProvider.GetTimestamp();

            if (_isOutdated && !_ended.IsCancellationRequested)
            {
                _isOutdated = false;
                _ = Begin(s_shortestPause);     // cannot throw
            }
        }

        if (hasChanged)
        {
            Changed?.Invoke();
        }
    }

    /// <returns>Whether others are known now.</returns>
    private bool Apply(MprpcServerList? found)
    {
        if (found is null || found.Servers.Count == 0)
        {
            throw new InvalidOperationException("The source has found no server. It returns one at least.");
        }

        lock (_gate)
        {
            ListedServer[] known = Servers;
            ServerAddress[] added = [.. found.Servers.Except(known.Select(static server => server.Address))];
            List<ListedServer> servers = [.. known.Where(server => found.Servers.Contains(server.Address))];

            if (added.Length == 0 && servers.Count == known.Length)
            {
                return false;
            }

            foreach (ListedServer gone in known.Except(servers))
            {
                gone.IsGone = true;
            }

            // Where it comes to stand is chance: not all clients go from a server that ends to the same next one.
            foreach (ServerAddress address in added)
            {
                servers.Insert(Random.Shared.Next(servers.Count + 1), new ListedServer(address, _dialerTo(address), _options.TimeProvider));
            }

            Volatile.Write(ref _servers, [.. servers]);
            return true;
        }
    }

    private void Watch(MprpcServerList found)
    {
        IDisposable? watching = found.ChangeToken?.RegisterChangeCallback(static directory => ((ServerDirectory)directory!).OnTokenChanged(), this);
        Interlocked.Exchange(ref _watching, watching)?.Dispose();

        if (_ended.IsCancellationRequested)
        {
            Interlocked.Exchange(ref _watching, null)?.Dispose();
        }
    }

    private void OnTokenChanged()
    {
        lock (_gate)
        {
            if (_ended.IsCancellationRequested)
            {
                return;
            }

            if (_asking is not null)
            {
                _isOutdated = true;
                return;
            }

            TimeSpan since = _hasAsked ? _options.TimeProvider.GetElapsedTime(_askedAt) : s_shortestPause;
            _ = Begin(since < s_shortestPause ? s_shortestPause - since : TimeSpan.Zero);       // cannot throw
        }
    }
}
