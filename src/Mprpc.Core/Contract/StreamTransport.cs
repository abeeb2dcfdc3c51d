using System.IO.Pipelines;
using System.Net.Security;

namespace Mprpc;

/// <summary>Streams as the bytes of a connection; one stream may be both.</summary>
internal sealed class StreamTransport : MprpcTransport
{
    // Large messages come in pieces of this size. Not more, since it is kept while nothing comes.
    private const int BufferSize = 16 * 1024;

    private readonly Stream _input;
    private readonly Stream _output;

    /// <exception cref="ArgumentException">The first cannot be read, or the second not be written.</exception>
    public StreamTransport(Stream input, Stream output)
    {
        if (!input.CanRead)
        {
            throw new ArgumentException($"The stream that the peer's bytes come from ({input.GetType().Name}) cannot be read, or is closed.", nameof(input));
        }

        if (!output.CanWrite)
        {
            throw new ArgumentException($"The stream that bytes for the peer go to ({output.GetType().Name}) cannot be written, or is closed.", nameof(output));
        }

        _input = input;
        _output = output;
        Input = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: BufferSize, leaveOpen: true));
        Output = PipeWriter.Create(output, new StreamPipeWriterOptions(leaveOpen: true));
    }

    public override PipeReader Input { get; }

    public override PipeWriter Output { get; }

    internal override bool IsEncrypted => _input is AuthenticatedStream { IsEncrypted: true } && _output is AuthenticatedStream { IsEncrypted: true };

    public override void Abort()
    {
        _output.Dispose();
        _input.Dispose();
    }

    public override async ValueTask DisposeAsync()
    {
        // The output first: its end is what the peer waits for.
        await _output.DisposeAsync().ConfigureAwait(false);
        await _input.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}
