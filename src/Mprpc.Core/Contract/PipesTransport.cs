using System.IO.Pipelines;

namespace Mprpc;

/// <summary>The ends of two pipes as the bytes of a connection.</summary>
/// <remarks>The connection that uses them completes them, also after an abort: nothing else is to be closed.</remarks>
internal sealed class PipesTransport(PipeReader input, PipeWriter output) : MprpcTransport
{
    public override PipeReader Input => input;

    public override PipeWriter Output => output;

    public override void Abort()
    {
        input.CancelPendingRead();
        output.CancelPendingFlush();
    }
}
