using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Mprpc.AspNetCore.Connections;

namespace Mprpc.Testing.Connections;

/// <summary>The server's end of a link, as Kestrel hands a connection to its handler.</summary>
internal sealed class MemoryConnectionContext : DefaultConnectionContext
{
    private static long s_lastId;

    private readonly MemoryLink _link;
    private readonly CancellationTokenSource _closed = new();     // not disposed: it has no timer, and who aborts late must not fail

    public MemoryConnectionContext(MemoryLink link)
        : base($"memory-{Interlocked.Increment(ref s_lastId)}")
    {
        _link = link;
        Transport = new Duplex(link.ServerInput, link.ServerOutput);
        ConnectionClosed = _closed.Token;
        Features.Set(KnownProtected.Instance);
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _link.Reset(new ConnectionResetException(abortReason.Message, abortReason));
        _ = _closed.CancelAsync();      // on another thread: what runs on cancellation is not ours
    }

    public override async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
