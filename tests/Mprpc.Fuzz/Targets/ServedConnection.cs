using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Mprpc.AspNetCore;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Limits;
using Mprpc.Serialization;
using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.Fuzz.Targets;

/// <summary>A server's endpoint without a network: it is given bytes, and what it answers is looked at.</summary>
internal sealed class ServedConnection
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);

    private readonly RpcConnectionHandler _handler;
    private readonly StreamBudget _streams;

    public ServedConnection(Action<IServiceCollection> services, Action<MprpcEndpointOptions> configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddMprpc();
        services(builder.Services);
        IServiceProvider provider = builder.Build().Services;
        var endpoint = new MprpcEndpointOptions();
        configure(endpoint);
        _streams = provider.GetRequiredService<StreamBudget>();
        _handler = new RpcConnectionHandler(provider, endpoint, provider.GetRequiredService<ServerLimits>().For(endpoint));
    }

    /// <summary>Whether the last connection was ended because the peer broke the protocol: what it had asked need not be answered.</summary>
    public bool WasRefused { get; private set; }

    /// <summary>Whether it may send the notifications of streams.</summary>
    public bool Streams { get; init; }

    /// <summary>How many bytes of streams are granted or held, which nobody has given back.</summary>
    public long StreamBytes => _streams.Granted + _streams.Held;

    /// <summary>Sends all of it, then ends this side; returns the texts of the answers that are errors, and how many answers there are.</summary>
    public (int Answers, List<string> Errors) Serve(ReadOnlySpan<byte> input)
    {
        var output = new MemoryStream();
        var transport = new Transport(
            PipeReader.Create(new ReadOnlySequence<byte>(input.ToArray())), PipeWriter.Create(output, new StreamPipeWriterOptions(leaveOpen: true)));
        var features = new FeatureCollection();
        features.Set(KnownProtected.Instance);
        Task<Exception?> running = _handler.ServeAsync(
            "fuzz", transport, static () => { }, local: null, remote: null, features, CancellationToken.None);

        if (!running.Wait(s_longest))
        {
            throw new InvalidOperationException("The connection does not end.");
        }

        if (running.Result is { } end and not MprpcProtocolException)
        {
            throw new InvalidOperationException($"The connection ends with {end}");
        }

        WasRefused = running.Result is MprpcProtocolException;
        return Read(output.GetBuffer().AsSpan(0, (int)output.Length));
    }

    private (int Answers, List<string> Errors) Read(ReadOnlySpan<byte> bytes)
    {
        var scanner = new FrameScanner(int.MaxValue, 1000);
        List<string> errors = [];
        int answers = 0;

        while (!bytes.IsEmpty)
        {
            if (scanner.Scan(bytes, out int length) != FrameStatus.Complete || !MessageHead.TryRead(bytes[..length], out MessageHead head)
                || !(head.Kind == MessageKind.Response || (Streams && head.Kind == MessageKind.Notification && head.IsControl)))
            {
                throw new InvalidOperationException($"What it sends is no response: {Convert.ToHexString(bytes[..Math.Min(bytes.Length, 40)])}");
            }

            answers += head.Kind == MessageKind.Response ? 1 : 0;

            if (head.Kind == MessageKind.Response && MessagePackHead.TryReadBytes(bytes[head.BodyStart..length], out int start, out int text))
            {
                errors.Add(Encoding.UTF8.GetString(bytes.Slice(head.BodyStart + start, text)));
            }

            bytes = bytes[length..];
        }

        return (answers, errors);
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
