using System.IO.Pipelines;
using Microsoft.Extensions.Logging.Abstractions;
using Mprpc.Connections;
using Mprpc.Dispatch;

namespace Mprpc.SourceGenerator.Tests.Support;

/// <summary>A served connection in memory, and this side of it: as plain bytes, or as a connection of its own.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new();
    private readonly RpcConnection _server;
    private readonly Task _serving;

    public Peer(Dispatcher dispatcher, IServiceProvider? services = null)
    {
        _server = new RpcConnection(new RpcConnectionSettings
        {
            Id = "server",
            Transport = new Transport(_toServer.Reader, _toClient.Writer),
            AbortTransport = () => { },
            Limits = Limits,
            Logger = NullLogger.Instance,
            Handler = dispatcher,
            Services = services,
        });
        _serving = _server.RunAsync();
    }

    private static ConnectionLimits Limits
        => new(ConnectionLimits.DefaultMaxMessageSize, ConnectionLimits.DefaultMaxDepth, ConnectionLimits.DefaultMaxRunningCalls, "Options");

    /// <summary>Sends bytes, and returns the bytes of the answer.</summary>
    public async Task<byte[]> SendAsync(byte[] message)
    {
        await _toServer.Writer.WriteAsync(message);
        ReadResult read = await _toClient.Reader.ReadAsync().AsTask().WaitAsync(Patience);
        byte[] answer = System.Buffers.BuffersExtensions.ToArray(read.Buffer);
        _toClient.Reader.AdvanceTo(read.Buffer.End);
        return answer;
    }

    /// <summary>A connection to the server that calls.</summary>
    public RpcConnection Connect()
    {
        var connection = new RpcConnection(new RpcConnectionSettings
        {
            Id = "client",
            Transport = new Transport(_toClient.Reader, _toServer.Writer),
            AbortTransport = () => { },
            Limits = Limits,
            Logger = NullLogger.Instance,
            Handler = Dispatcher.None,
            CallTimeout = Patience,
        });
        _ = connection.RunAsync();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        await _toServer.Writer.CompleteAsync();
        _server.Abort();        // some test's call may run for ever
        await _serving.WaitAsync(Patience);
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
