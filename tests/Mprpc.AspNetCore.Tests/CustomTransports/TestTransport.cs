using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace Mprpc.AspNetCore.Tests.CustomTransports;

/// <summary>A transport as an application derives it, whose code may do whatever a test says; what became of it can be asked.</summary>
internal sealed class TestTransport(PipeReader input, PipeWriter output) : MprpcTransport
{
    private int _aborts;
    private int _disposals;

    public override PipeReader Input => input;

    public override PipeWriter Output => output;

    public override EndPoint? LocalEndPoint => new DnsEndPoint("here", 1);

    public override EndPoint? RemoteEndPoint => new DnsEndPoint("there", 2);

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public CancellationTokenSource Closing { get; } = new();

    public override CancellationToken Closed => Closing.Token;

    public Action? OnAbort { get; init; }

    public Func<ValueTask>? OnDispose { get; init; }

    public int Aborts => Volatile.Read(ref _aborts);

    public int Disposals => Volatile.Read(ref _disposals);

    public override void Abort()
    {
        Interlocked.Increment(ref _aborts);
        OnAbort?.Invoke();
    }

#pragma warning disable CA2215 // The base aborts, which is told apart here.
    public override async ValueTask DisposeAsync()
#pragma warning restore CA2215
    {
        Interlocked.Increment(ref _disposals);

        if (OnDispose is not null)
        {
            await OnDispose();
        }
    }
}
