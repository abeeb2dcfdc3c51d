using System.IO.Pipelines;
using MessagePack;
using Mprpc.Client.Transports;

namespace Mprpc.Client.Tests;

/// <summary>A connection without a network whose other end the test plays; it ends only when the test says so.</summary>
internal sealed class PipePeer
{
    private readonly Pipe _toClient = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly Pipe _toPeer = new(new PipeOptions(pauseWriterThreshold: 0));
    private int _aborts;

    /// <param name="writes">How many writes of the client's succeed; each further one fails.</param>
    public PipePeer(int writes = int.MaxValue)
        => Transport = new ClientTransport(_toClient.Reader, new FailingWriter(_toPeer.Writer, writes), () => Interlocked.Increment(ref _aborts));

    public ClientTransport Transport { get; }

    /// <summary>Whether it answers <c>$/hello</c> itself, as a server that knows only the plain protocol.</summary>
    public bool IsPlain { get; init; } = true;

    /// <summary>How many times the client has closed it.</summary>
    public int Aborts => Volatile.Read(ref _aborts);

    public async Task SendAsync(string hex) => await _toClient.Writer.WriteAsync(Hex.Bytes(hex));

    public async Task AnswerAsync(string body) => await SendAsync(Hex.Answer(await ReadAsync(), body));

    public void Finish() => _toClient.Writer.Complete();

    /// <summary>The next whole message, in hexadecimal.</summary>
    public async Task<string> ReadAsync()
    {
        while (true)
        {
            ReadResult read = await _toPeer.Reader.ReadAsync().AsTask().WaitAsync(ScriptedServer.Deadline);
            var reader = new MessagePackReader(read.Buffer);

            try
            {
                reader.Skip();
            }
            catch (EndOfStreamException)
            {
                Assert.False(read.IsCompleted, "The client has closed the connection.");
                _toPeer.Reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            string message = Hex.Of(MessagePackBytes(read, reader.Position));
            _toPeer.Reader.AdvanceTo(reader.Position);

            if (IsPlain && Hex.IsHello(message))
            {
                await SendAsync(Hex.Refusal(message));
                continue;
            }

            return message;
        }
    }

    private static byte[] MessagePackBytes(ReadResult read, SequencePosition end)
    {
        var bytes = new List<byte>();

        foreach (ReadOnlyMemory<byte> piece in read.Buffer.Slice(0, end))
        {
            bytes.AddRange(piece.Span);
        }

        return [.. bytes];
    }
}
