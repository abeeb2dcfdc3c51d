using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Mprpc.AspNetCore;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Limits;

namespace Mprpc.Fuzz.Targets;

/// <summary>A port that HTTP and MessagePack-RPC share: each connection goes to one of them by its first byte, and whole.</summary>
internal sealed class SharedPortTarget : FuzzTarget
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(20);

    private readonly EndpointLimits _limits;

    public SharedPortTarget()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddMprpc();
        _limits = builder.Build().Services.GetRequiredService<ServerLimits>().For(new MprpcEndpointOptions());
    }

    protected override void Execute(ReadOnlySpan<byte> input)
    {
        byte[] sent = input.ToArray();
        byte[]? rpc = null;
        byte[]? http = null;
        var port = new SharedPort(
            async connection => rpc = await ReadAsync(connection),
            async connection => http = await ReadAsync(connection),
            _limits,
            TimeProvider.System);
        var transport = new Transport(PipeReader.Create(new ReadOnlySequence<byte>(sent)), PipeWriter.Create(Stream.Null));

        Require(port.OnConnectedAsync(new DefaultConnectionContext("fuzz", transport, transport)).Wait(s_longest), $"It does not end.");

        bool isRpc = sent is [0x93 or 0x94 or 0xdc or 0xdd, ..];
        byte[]? taken = isRpc ? rpc : http;
        Require(isRpc ? http is null : rpc is null, $"A connection that begins with {(sent.Length == 0 ? -1 : sent[0])} has gone to the wrong one.");
        Require(sent.Length == 0 ? taken is null : taken is not null && taken.AsSpan().SequenceEqual(sent), $"It has not got all of the bytes.");
    }

    protected override long MostAllocated(ReadOnlySpan<byte> input) => (2L * FixedBytes) + (16L * input.Length);

    private static async Task<byte[]> ReadAsync(ConnectionContext connection)
    {
        using var bytes = new MemoryStream();
        await connection.Transport.Input.CopyToAsync(bytes).ConfigureAwait(false);
        return bytes.ToArray();
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
