using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Mprpc.Diagnostics;

namespace Mprpc.Transports.Custom;

/// <summary>A transport of the application's as a connection uses it: whatever its code does, the connection comes to its end.</summary>
internal sealed class GuardedTransport : IDuplexPipe, IAsyncDisposable
{
    private readonly MprpcTransport _transport;
    private readonly string _name;
    private readonly ILogger _logger;
    private readonly GuardedInput _input;
    private readonly GuardedOutput _output;
    private readonly Lock _gate = new();
    private Task? _aborting;
    private bool _isDisposed;

    /// <param name="transport">Belongs to this from here on.</param>
    /// <param name="name">What it is called in the log.</param>
    /// <param name="logger">Told what its code throws at its end.</param>
    /// <exception cref="InvalidOperationException">The transport carries another connection, or did.</exception>
    public GuardedTransport(MprpcTransport transport, string name, ILogger logger)
    {
        transport.Take();
        _transport = transport;
        _name = name;
        _logger = logger;
        _input = new GuardedInput(transport.Input ?? throw Missing(transport, nameof(Input)), OnFailed);
        _output = new GuardedOutput(transport.Output ?? throw Missing(transport, nameof(Output)), OnFailed);
    }

    public PipeReader Input => _input;

    public PipeWriter Output => _output;

    /// <summary>Ends the reading, and what is written is delivered: unless a write waits for the peer, which ends both at once.</summary>
    public void Close()
    {
        if (_output.IsWriting)
        {
            Abort();
        }
        else
        {
            _input.CancelPendingRead();
        }
    }

    /// <summary>Ends both directions at once. May be called more than once; never throws, and waits for nothing.</summary>
    public void Abort()
    {
        lock (_gate)
        {
            if (_isDisposed || _aborting is not null)
            {
                return;
            }

            // On another thread: the application's code may block, as the closing of a serial port does.
            _aborting = Task.Run(AbortTransport, CancellationToken.None);
        }

        var reason = new IOException("The connection was aborted.");
        _input.Abort(reason);
        _output.Abort(reason);
    }

    /// <summary>Lets the transport go; when nothing is read or written any more. May be called more than once, and does not throw.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
        }

        if (_aborting is not null)
        {
            await _aborting.ConfigureAwait(false);
        }

        // Those of a connection that was never served, too.
        await _output.CompleteAsync().ConfigureAwait(false);
        _input.Complete();

        try
        {
            await _transport.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            OnFailed(exception);
        }
    }

    private static InvalidOperationException Missing(MprpcTransport transport, string what)
        => new($"{transport.GetType().Name}.{what} is null. A transport must have both its {nameof(Input)} and its {nameof(Output)}.");

    private void AbortTransport()
    {
        try
        {
            _transport.Abort();
        }
        catch (Exception exception)
        {
            OnFailed(exception);
        }
    }

    private void OnFailed(Exception exception) => ProtocolLog.TransportThrew(_logger, _name, exception);
}
