using System.IO.Pipelines;
using Microsoft.Extensions.Logging.Abstractions;
using Mprpc.Connections;
using Mprpc.Core.Tests.Connections;
using Mprpc.Dispatch;
using Mprpc.Streams;
using Mprpc.Tests.Kit;

namespace Mprpc.Core.Tests.Streams;

/// <summary>Both ends of one connection, over pipes that take as little as the test says; each serves <see cref="StreamService"/>.</summary>
internal sealed class StreamPair : IAsyncDisposable
{
    private readonly CancellationTokenSource _lost = new();

    private StreamPair(int buffer, StreamLimits? limits, TimeProvider clock)
    {
        var options = new PipeOptions(pauseWriterThreshold: buffer, resumeWriterThreshold: buffer / 2, useSynchronizationContext: false);
        var toServer = new Pipe(options);
        var toClient = new Pipe(options);
        Client = Connect(new Transport(toClient.Reader, toServer.Writer), ClientService);
        Server = Connect(new Transport(toServer.Reader, toClient.Writer), ServerService);
        ClientEnded = Client.RunAsync();
        ServerEnded = Server.RunAsync();

        RpcConnection Connect(Transport transport, StreamService service)
            => new(new RpcConnectionSettings
            {
                Id = "test",
                Transport = transport,
                AbortTransport = () =>
                {
                    // As a socket that is closed: both ends lose it.
                    toServer.Writer.Complete(new IOException("Aborted."));
                    toClient.Writer.Complete(new IOException("Aborted."));
                },
                Limits = new ConnectionLimits(4 * 1024 * 1024, 64, 1000, "Options") { Streams = limits ?? StreamLimits.Default },
                Logger = NullLogger.Instance,
                Handler = InMemoryConnection.DispatcherOf(service),
                Clock = clock,
                StreamBudget = Total,
            });
    }

    public RpcConnection Client { get; }

    public RpcConnection Server { get; }

    public Task<Exception?> ClientEnded { get; }

    public Task<Exception?> ServerEnded { get; }

    public StreamService ClientService { get; } = new();

    public StreamService ServerService { get; } = new();

    /// <summary>That of both ends.</summary>
    public StreamBudget Total { get; } = new(256 * 1024 * 1024, 256 * 1024 * 1024);

    public static async Task<StreamPair> ConnectAsync(int buffer = 64 * 1024, StreamLimits? limits = null, TimeProvider? clock = null)
    {
        var pair = new StreamPair(buffer, limits, clock ?? TimeProvider.System);
        await pair.Client.SayHelloAsync(Bounded.Time, CancellationToken.None);
        return pair;
    }

    public static IAsyncEnumerable<T> Read<T>(RpcConnection connection, string method, params object?[] arguments)
        => connection.StreamAsync<T>(method, new MprpcStreamOptions(), arguments);

    /// <summary>Waits until nothing is left of any stream: no registration, no credit, no item, no call.</summary>
    public async Task UntilNothingIsLeftAsync()
    {
        await Bounded.Until(() => Server.RunningCalls.Count == 0 && Client.RunningCalls.Count == 0, "no call that runs");
        await Bounded.Until(() => Server.Streams.IsEmpty && Client.Streams.IsEmpty, "no stream");
        await Bounded.Until(() => Server.Requests.Count == 0 && Client.Requests.Count == 0, "no call in flight");
        await Bounded.Until(
            () => ClientService.Open == 0 && ServerService.Open == 0, $"no generator ({ServerService.Open} and {ClientService.Open} are)");

        foreach (StreamBudget budget in new[] { Client.Streams.Budget, Server.Streams.Budget, Total })
        {
            await Bounded.Until(() => (budget.Granted, budget.Held) == (0, 0), $"an empty budget ({budget.Granted} granted, {budget.Held} held)");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Abort();
        Server.Abort();
        await ClientEnded.InTime();
        await ServerEnded.InTime();
        _lost.Dispose();
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
