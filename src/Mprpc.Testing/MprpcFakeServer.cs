using Mprpc.Client;
using Mprpc.Testing.Connections;
using Mprpc.Testing.Fakes;

namespace Mprpc.Testing;

/// <summary>
/// Stands in for a server in unit tests of code that calls one: it does with each call what the test says, and remembers it. Its clients are real ones, over
/// connections in memory, so that <c>As&lt;T&gt;()</c>, timeouts, reconnecting and lost connections are as in production.
/// </summary>
/// <remarks>Safe for concurrent use. A service that is to be played by a class of the test's own is better served by <see cref="MprpcTestHost"/>.</remarks>
public sealed class MprpcFakeServer : IAsyncDisposable
{
    private readonly MprpcSerializerOptions _serializer;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, MprpcFakeMethod> _methods = new(StringComparer.Ordinal);
    private readonly List<MprpcFakeCall> _calls = [];
    private readonly List<FakeConnection> _connections = [];
    private readonly List<MprpcClient> _clients = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];

    /// <summary>Creates a server that answers every call with an error, until it is told what to do.</summary>
    /// <param name="serializer">How values are encoded; null: <see cref="MprpcSerializerOptions.Default"/>.</param>
    public MprpcFakeServer(MprpcSerializerOptions? serializer = null) => _serializer = serializer ?? MprpcSerializerOptions.Default;

    /// <summary>
    /// Whether connections are refused, as those to a server that is down. Default false. Connections that there are stay; <see cref="Disconnect"/> ends them.
    /// </summary>
    public bool IsDown { get; set; }

    /// <summary>
    /// What errors look like, as of the server's listener: set what the real server's <c>MprpcEndpointOptions.ErrorShape</c> is. Default
    /// <see cref="MprpcErrorShape.Message"/>, which carries neither code nor data; <see cref="MprpcErrorShape.Map"/> carries both.
    /// </summary>
    public MprpcErrorShape ErrorShape { get; set; }

    /// <summary>The calls and notifications that have come, in their order. A copy.</summary>
    public IReadOnlyList<MprpcFakeCall> Calls
    {
        get
        {
            lock (_gate)
            {
                return [.. _calls];
            }
        }
    }

    /// <summary>Says what is done with the calls of a method.</summary>
    /// <param name="method">The wire name, such as <c>get_user</c>.</param>
    /// <returns>The method's steps, to which those that are added now are appended.</returns>
    public MprpcFakeMethod On(string method)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);

        lock (_gate)
        {
            if (!_methods.TryGetValue(method, out MprpcFakeMethod? steps))
            {
                _methods[method] = steps = new MprpcFakeMethod(_serializer);
            }

            return steps;
        }
    }

    /// <summary>Creates a client of this server; it connects at its first call, and is disposed with the server.</summary>
    /// <param name="options">Its options, a clock of the test's for instance. Null: the defaults.</param>
    public MprpcClient CreateClient(MprpcClientOptions? options = null)
    {
        var client = new MprpcClient(new MemoryDialer("the fake server", Accept), (options ?? new MprpcClientOptions()).Freeze());

        lock (_gate)
        {
            _clients.Add(client);
        }

        return client;
    }

    /// <summary>
    /// Waits until so many calls and notifications have come since the server was made: before a test moves its clock past their timeouts, for instance.
    /// </summary>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task WaitForCallsAsync(int count, CancellationToken cancellationToken = default)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        lock (_gate)
        {
            if (_calls.Count >= count)
            {
                return;
            }

            _waiters.Add((count, reached));
        }

        await reached.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a notification to all clients that are connected.</summary>
    /// <param name="method">The wire name of a method that the client serves.</param>
    /// <param name="arguments">The arguments by position.</param>
    public void Notify(string method, params ReadOnlySpan<object?> arguments)
    {
        foreach (FakeConnection connection in Connections())
        {
            connection.Notify(method, arguments);
        }
    }

    /// <summary>Resets all connections: calls that wait fail with an <see cref="MprpcConnectionException"/>, and the next ones connect again.</summary>
    public void Disconnect()
    {
        foreach (FakeConnection connection in Connections())
        {
            connection.Reset();
        }
    }

    /// <summary>Ends the connections and disposes the clients.</summary>
    public async ValueTask DisposeAsync()
    {
        IsDown = true;
        MprpcClient[] clients;

        lock (_gate)
        {
            clients = [.. _clients];
        }

        foreach (MprpcClient client in clients)
        {
            await client.DisposeAsync().ConfigureAwait(false);
        }

        Disconnect();
    }

    /// <summary>Remembers a call.</summary>
    /// <returns>What to do with it, or null where that was not said.</returns>
    internal MprpcFakeMethod? Record(MprpcFakeCall call)
    {
        lock (_gate)
        {
            _calls.Add(call);

            foreach ((int count, TaskCompletionSource reached) in _waiters)
            {
                if (_calls.Count >= count)
                {
                    reached.TrySetResult();
                }
            }

            return _methods.GetValueOrDefault(call.Method);
        }
    }

    private void Accept(MemoryLink link)
    {
        if (IsDown)
        {
            throw new MprpcConnectionException("Cannot connect to the fake server: it is down.");
        }

        var connection = new FakeConnection(this, link, _serializer);

        lock (_gate)
        {
            _connections.Add(connection);
        }

        _ = ServeAsync(connection);     // ends with the connection
    }

    private async Task ServeAsync(FakeConnection connection)
    {
        // Off the client's thread, which is still dialling.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await connection.RunAsync().ConfigureAwait(false);

        lock (_gate)
        {
            _connections.Remove(connection);
        }
    }

    private FakeConnection[] Connections()
    {
        lock (_gate)
        {
            return [.. _connections];
        }
    }
}
