namespace Mprpc.AspNetCore.Clients;

/// <summary>Tells the observers of one connection, in the order in which it happens, and never on the thread where it does. Safe for concurrent use.</summary>
internal sealed class ObservedConnection(ConnectionObservers observers, MprpcConnection connection)
{
    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;

    public void OnConnected() => Tell(observer => observer.OnConnectedAsync(connection));

    public void OnHello() => Tell(observer => observer.OnHelloAsync(connection));

    public void OnDisconnected(Exception? reason) => _ = EndAsync(Tell(observer => observer.OnDisconnectedAsync(connection, reason)));

    private Task Tell(Func<IMprpcConnectionObserver, ValueTask> tell)
    {
        lock (_gate)
        {
            Task before = _last;
            return _last = Task.Run(async () =>
            {
                await before.ConfigureAwait(false);     // cannot fail
                await observers.TellAsync(connection, tell).ConfigureAwait(false);
            });
        }
    }

    private async Task EndAsync(Task told)
    {
        await told.ConfigureAwait(false);
        observers.End();
    }
}
