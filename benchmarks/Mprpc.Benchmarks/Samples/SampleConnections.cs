using System.IO.Pipelines;
using Microsoft.Extensions.Logging.Abstractions;
using Mprpc.Binding;
using Mprpc.CompilerServices;
using Mprpc.Connections;
using Mprpc.Dispatch;

namespace Mprpc.Benchmarks.Samples;

/// <summary>Connections without a socket.</summary>
internal static class SampleConnections
{
    public static readonly ConnectionLimits Limits = new(
        ConnectionLimits.DefaultMaxMessageSize, ConnectionLimits.DefaultMaxDepth, ConnectionLimits.DefaultMaxRunningCalls, nameof(SampleConnections));

    /// <summary>A connection that serves <see cref="Calculator"/>.</summary>
    public static RpcConnection Serve(IDuplexPipe transport) => new(new RpcConnectionSettings
    {
        Id = "benchmark",
        Transport = transport,
        AbortTransport = static () => { },
        Limits = Limits,
        Logger = NullLogger.Instance,
        Handler = new Dispatcher(
            new MethodTable(ServiceModel.Build(new Target(), MprpcNamingPolicy.SnakeCase, prefix: null)),
            MprpcSerializerOptions.Default,
            MprpcErrorShape.Message,
            enableDetailedErrors: false),
    });

    private sealed class Target : MprpcTarget<Calculator>
    {
        private readonly Calculator _calculator = new();

        public override Calculator Resolve(MprpcCallContext? context) => _calculator;
    }
}
