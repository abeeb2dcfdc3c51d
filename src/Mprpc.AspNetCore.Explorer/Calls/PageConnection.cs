using Microsoft.Extensions.Logging.Abstractions;
using Mprpc.Connections;
using Mprpc.Dispatch;

namespace Mprpc.AspNetCore.Explorer.Calls;

/// <summary>The page's end of a connection in memory. It serves nothing.</summary>
internal sealed class PageConnection : IAsyncDisposable
{
    private static readonly TimeSpan TimeToAnswer = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TimeToFinish = TimeSpan.FromSeconds(1);

    private readonly RpcConnection _connection;
    private readonly Task _reading;

    private PageConnection(ServerEnd server, ConnectionLimits limits)
    {
        _connection = new RpcConnection(new RpcConnectionSettings
        {
            Id = $"{server.ConnectionId}-page",
            Transport = server.ForPage,
            AbortTransport = () => server.Reset(new IOException("The page has closed the connection.")),
            Limits = limits,
            Logger = NullLogger.Instance,
            Handler = Dispatcher.None,
            OnGoAway = static _ => { },     // the call that runs is still served, and there is no other
        });
        _reading = _connection.RunAsync();
    }

    public MprpcConnection Calls => _connection;

    /// <exception cref="MprpcConnectionException">The server has ended the connection.</exception>
    public static async Task<PageConnection> OpenAsync(ServerEnd server, ConnectionLimits limits, CancellationToken cancellationToken)
    {
        var page = new PageConnection(server, limits);

        try
        {
            // For streams, and so that calls are cancelled when this side ends.
            await page._connection.SayHelloAsync(TimeToAnswer, cancellationToken).ConfigureAwait(false);
            return page;
        }
        catch
        {
            await page.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The server cancels what still runs: after hello, who says no more wants no more answers.
        _connection.Stop();
        await _reading.WaitAsync(TimeToFinish).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        if (!_reading.IsCompleted)
        {
            _connection.Abort();
        }
    }
}
