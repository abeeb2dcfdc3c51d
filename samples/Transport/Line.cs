using System.IO.Pipelines;
using System.IO.Pipes;
using System.Net;
using Mprpc;

namespace Transport;

/// <summary>
/// The server's end of a line. MprpcTransport.FromStream would do as well; a class of one's own can say where the line leads, and how it is closed.
/// </summary>
public sealed class Line(NamedPipeServerStream stream, string device) : MprpcTransport
{
    public override PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));

    public override PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));

    public override EndPoint RemoteEndPoint { get; } = new LineEndPoint(device);

    /// <summary>Also how it ends in good order: the default of DisposeAsync.</summary>
    public override void Abort() => stream.Dispose();

    private sealed class LineEndPoint(string device) : EndPoint
    {
        public override string ToString() => $"the line {device.Split('-')[0]}";
    }
}
