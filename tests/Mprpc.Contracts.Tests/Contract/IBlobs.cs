using System.IO.Pipelines;

namespace Mprpc.Contracts.Tests.Contract;

/// <summary>Streams of bytes in each form in which a contract can have them.</summary>
[MprpcService(Prefix = "blobs")]
public interface IBlobs
{
    Stream Read(int size);

    Task<Stream> OpenAsync(int size, CancellationToken stop = default);

    ValueTask<Stream> OpenSoonAsync(int size);

    PipeReader Pipe(int size);

    Task<PipeReader> OpenPipeAsync(int size);

    ValueTask<PipeReader> OpenPipeSoonAsync(int size);

    Task<string> HashAsync(Stream bytes, CancellationToken stop = default);

    ValueTask<string> HashPipeAsync(string before, PipeReader bytes, int times = 1);

    Task<bool> HasBytesAsync(Stream? bytes = null);

    /// <summary>Inverts each byte.</summary>
    Stream Invert(Stream bytes);

    PipeReader InvertPipe(PipeReader bytes);

    IAsyncEnumerable<int> LengthsAsync(Stream bytes);

    /// <summary>Reads 3 bytes, and disposes.</summary>
    Task<string> HeadAsync(Stream bytes);

    Stream Nothing();

    Task<Stream> NothingSoonAsync();

    /// <summary>Some bytes, then an error.</summary>
    Stream Break(int after);
}
