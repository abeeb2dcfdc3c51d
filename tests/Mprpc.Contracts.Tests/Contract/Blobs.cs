using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;

namespace Mprpc.Contracts.Tests.Contract;

internal sealed class Blobs(BlobLog log) : IBlobs
{
    public Stream Read(int size) => log.Open(size);

    public async Task<Stream> OpenAsync(int size, CancellationToken stop)
    {
        await Task.Yield();
        stop.ThrowIfCancellationRequested();
        return size >= 0 ? log.Open(size) : throw new MprpcException($"There is no blob of {size} bytes.", "not_found");
    }

    public async ValueTask<Stream> OpenSoonAsync(int size) => await OpenAsync(size, CancellationToken.None);

    public PipeReader Pipe(int size) => PipeReader.Create(log.Open(size));

    public async Task<PipeReader> OpenPipeAsync(int size) => PipeReader.Create(await OpenAsync(size, CancellationToken.None));

    public async ValueTask<PipeReader> OpenPipeSoonAsync(int size) => await OpenPipeAsync(size);

    public async Task<string> HashAsync(Stream bytes, CancellationToken stop) => Convert.ToHexString(await SHA256.HashDataAsync(bytes, stop));

    public async ValueTask<string> HashPipeAsync(string before, PipeReader bytes, int times)
        => before + times.ToString(CultureInfo.InvariantCulture) + await HashAsync(bytes.AsStream(), CancellationToken.None);

    public Task<bool> HasBytesAsync(Stream? bytes) => Task.FromResult(bytes is not null);

    public Stream Invert(Stream bytes) => new Inverted(bytes);

    public PipeReader InvertPipe(PipeReader bytes) => PipeReader.Create(new Inverted(bytes.AsStream()));

    public async IAsyncEnumerable<int> LengthsAsync(Stream bytes)
    {
        byte[] piece = new byte[10];

        while (await bytes.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false) is > 0 and var read)
        {
            yield return read;
        }
    }

    public async Task<string> HeadAsync(Stream bytes)
    {
        byte[] head = new byte[3];

        await using (bytes)
        {
            await bytes.ReadExactlyAsync(head);
        }

        return Convert.ToHexString(head);
    }

    public Stream Nothing() => null!;

    public Task<Stream> NothingSoonAsync() => Task.FromResult<Stream>(null!);

    public Stream Break(int after) => new BlobStream(after, log, new MprpcException("Broken in the middle.", "broken"));
}
