using System.Net;
using Mprpc.Comparison.Load;
using Mprpc.Comparison.Service;

namespace Mprpc.Comparison.Peers;

/// <summary>A limit for streams: the same iterator, read by the client without a server.</summary>
internal sealed class InProcessPeer : Peer
{
    public override string Name => "in-process";

    public override bool IsLimit => true;

    public override bool Runs(Scenario scenario) => scenario is { Operation: Operation.Stream or Operation.StreamLater or Operation.StreamOrders, Connections: 1 };

    public override Task<IPEndPoint> ServeAsync() => Task.FromResult(new IPEndPoint(IPAddress.Loopback, 1));

    public override Task<ILoad> ConnectAsync(IPEndPoint server, Scenario scenario) => Task.FromResult<ILoad>(new StreamLoad(scenario, [new Client()]));

    public override Task<IAsyncDisposable> OpenIdleAsync(IPEndPoint server) => throw new NotSupportedException("There is no connection.");

    private sealed class Client : IStreamClient
    {
        public Task<long> ReadAsync(Operation operation, LoadWindow window) => operation switch
        {
            Operation.StreamLater => ItemCheck.ReadAsync<long, ItemCheck.OfNumber>(StreamSource.NumbersLater(), window),
            Operation.StreamOrders => ItemCheck.ReadAsync<Order, ItemCheck.OfOrder>(StreamSource.Orders(), window),
            _ => ItemCheck.ReadAsync<long, ItemCheck.OfNumber>(StreamSource.Numbers(), window),
        };

        public Task<long> FeedAsync(LoadWindow window) => throw new NotSupportedException();

        public Task<IAsyncDisposable> OpenStalledAsync() => throw new NotSupportedException();

        public Task WaitForCancelAsync(int number, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task BegunAsync(int number) => throw new NotSupportedException();

        public Task<long> CancelledAtAsync(int number) => throw new NotSupportedException();

        public Task<long> AskBackAsync(int milliseconds) => throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
