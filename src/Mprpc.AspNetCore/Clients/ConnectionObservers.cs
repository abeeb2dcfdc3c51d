using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Diagnostics;
using Mprpc.Diagnostics;

namespace Mprpc.AspNetCore.Clients;

/// <summary>The observers of the application, and how many connections they are still told of. Safe for concurrent use.</summary>
internal sealed class ConnectionObservers(IServiceProvider services, ILoggerFactory loggers)
{
    private readonly Lock _gate = new();
    private readonly HarmlessLogger _logger = new(loggers.CreateLogger("Mprpc.Server"));
    private readonly Lazy<IMprpcConnectionObserver[]> _observers = new(() => [.. services.GetServices<IMprpcConnectionObserver>()]);
    private TaskCompletionSource? _noneLeft;
    private int _count;

    /// <summary>Makes the observers, so that one that cannot be made fails the start, and no connection.</summary>
    public void Start() => _ = _observers.Value;

    /// <summary>Begins to tell of a connection, in its order; null where nobody wants to know.</summary>
    public ObservedConnection? Observe(MprpcConnection connection)
    {
        if (_observers.Value.Length == 0)
        {
            return null;
        }

        lock (_gate)
        {
            _count++;
        }

        return new ObservedConnection(this, connection);
    }

    /// <summary>Completes when all has been told of the connections that have ended.</summary>
    public Task WaitForNoneAsync()
    {
        lock (_gate)
        {
            return _count == 0
                ? Task.CompletedTask
                : (_noneLeft ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Tells each observer, one after the other.</summary>
    public async Task TellAsync(MprpcConnection connection, Func<IMprpcConnectionObserver, ValueTask> tell)
    {
        foreach (IMprpcConnectionObserver observer in _observers.Value)
        {
            try
            {
                await tell(observer).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                ServerLog.ObserverThrew(_logger, observer.GetType().Name, connection.Id, exception);
            }
        }
    }

    /// <summary>All has been told of a connection.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (--_count == 0)
            {
                _noneLeft?.TrySetResult();
                _noneLeft = null;
            }
        }
    }
}
