using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace Mprpc;

/// <summary>
/// What carries the bytes of one connection, made by the application: a serial port, a pair of pipes, a channel of SSH, a stream of a multiplexer. Make one by
/// <see cref="FromStream"/>, <see cref="FromStreams"/> or <see cref="FromPipes"/>, or derive a class. A client gets its transports by
/// <c>MprpcClientOptions.ConnectCallback</c>, a server by <c>IMprpcServer.ServeAsync</c>.
/// </summary>
/// <remarks>
/// <para>It must deliver all bytes, unchanged and in order, in both directions, or fail: MessagePack-RPC has no checksums and cannot find the next message
/// again after a byte was lost. It need not keep the boundaries of writes. It protects and authenticates nothing by itself.</para>
/// <para>It carries one connection, which reads <see cref="Input"/> and writes <see cref="Output"/>, each from one thread at a time, completes both at its end
/// and disposes it then. Whatever thread completes a read runs the calls that were read: let it be one of the thread pool, not one that the transport needs in
/// order to go on.</para>
/// </remarks>
public abstract class MprpcTransport : IAsyncDisposable
{
    private int _isTaken;

    /// <summary>Creates a transport.</summary>
    protected MprpcTransport()
    {
    }

    /// <summary>What the peer sends. A read that fails ends the connection as lost, one that is completed ends it in good order.</summary>
    public abstract PipeReader Input { get; }

    /// <summary>What is sent to the peer. A write completes when the peer, or what lies between, keeps up; that is the connection's back-pressure.</summary>
    public abstract PipeWriter Output { get; }

    /// <summary>This side's address, as <see cref="MprpcConnection"/> shows it. Default null: it has none.</summary>
    public virtual EndPoint? LocalEndPoint => null;

    /// <summary>The peer's address, as <see cref="MprpcConnection"/> and logs show it. Default null: it has none.</summary>
    public virtual EndPoint? RemoteEndPoint => null;

    /// <summary>
    /// What else it tells of the connection, as <see cref="MprpcConnection"/> shows it. A server takes <c>IConnectionUserFeature</c> as the peer's user, as
    /// ASP.NET Core's own transports have it. Default empty.
    /// </summary>
    public virtual IFeatureCollection Features { get; } = new FeatureCollection();

    /// <summary>
    /// Cancelled when nothing more can be read, because the peer has left; looked at while the connection reads nothing, since too many calls of the peer run.
    /// Default none: its loss is then noticed by the next read or write.
    /// </summary>
    public virtual CancellationToken Closed => CancellationToken.None;

    /// <summary>Carries a connection over a stream that is connected already; it is disposed with the connection.</summary>
    /// <param name="stream">The bytes of both directions; it must allow to be read and written at the same time.</param>
    /// <exception cref="ArgumentException">The stream cannot be read, or not be written.</exception>
    public static MprpcTransport FromStream(Stream stream) => FromStreams(stream, stream);

    /// <summary>Carries a connection over two streams; they are disposed with the connection.</summary>
    /// <param name="input">What the peer sends.</param>
    /// <param name="output">What is sent to the peer.</param>
    /// <exception cref="ArgumentException">The first cannot be read, or the second not be written.</exception>
    public static MprpcTransport FromStreams(Stream input, Stream output)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        return new StreamTransport(input, output);
    }

    /// <summary>Carries a connection over the ends of two pipes; they are completed with the connection, with an exception if it is aborted.</summary>
    /// <param name="input">What the peer sends.</param>
    /// <param name="output">What is sent to the peer.</param>
    public static MprpcTransport FromPipes(PipeReader input, PipeWriter output)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        return new PipesTransport(input, output);
    }

    /// <summary>
    /// Closes both directions at once, so that the peer learns of it and what is pending fails; what is not sent is lost. Called on a thread of the
    /// pool, while reads and writes may be pending, and by <see cref="DisposeAsync"/> again. It may throw, which is logged.
    /// </summary>
    /// <remarks>The connection itself does not wait for it: its pending read and write have failed before.</remarks>
    public abstract void Abort();

    /// <summary>
    /// Lets go of what carries the bytes, in good order unless <see cref="Abort"/> was called before. Called once, last, when <see cref="Input"/> and
    /// <see cref="Output"/> are completed. Default: aborts.
    /// </summary>
    public virtual ValueTask DisposeAsync()
    {
        Abort();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Whether it is known to encrypt.</summary>
    internal virtual bool IsEncrypted => false;

    /// <summary>A connection begins to use the transport.</summary>
    /// <exception cref="InvalidOperationException">One does, or did, already.</exception>
    internal void Take()
    {
        if (Interlocked.Exchange(ref _isTaken, 1) != 0)
        {
            throw new InvalidOperationException(
                $"This transport ({GetType().Name}) carries a connection already, or has carried one. Make another for each connection.");
        }
    }
}
