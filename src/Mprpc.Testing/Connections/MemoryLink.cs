using System.IO.Pipelines;

namespace Mprpc.Testing.Connections;

/// <summary>A connection without a network: two pipes, and their two ends.</summary>
internal sealed class MemoryLink
{
    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new();

    public PipeReader ClientInput => _toClient.Reader;

    public PipeWriter ClientOutput => _toServer.Writer;

    public PipeReader ServerInput => _toServer.Reader;

    public PipeWriter ServerOutput => _toClient.Writer;

    /// <summary>Ends both directions in good order, as a socket that is shut down: what has been sent arrives.</summary>
    public void Close()
    {
        _toServer.Writer.Complete();
        _toClient.Writer.Complete();
    }

    /// <summary>Ends both directions at once, as a reset does: both sides' reads fail, and what was on its way is lost.</summary>
    public void Reset(Exception reason)
    {
        _toServer.Writer.Complete(reason);
        _toClient.Writer.Complete(reason);
    }
}
