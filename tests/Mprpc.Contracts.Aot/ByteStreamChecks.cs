using System.IO.Pipelines;

namespace Mprpc.Contracts.Aot;

/// <summary>Streams of bytes in each form, both ways.</summary>
internal static class ByteStreamChecks
{
    private const int Size = 100_000;

    public static async Task<List<string>> FindWrongAsync()
    {
        var log = new BlobLog();
        await using var host = await ContractHost<IBlobs>.StartAsync(app => app.MapMprpcService<Blobs>(0), services => services.AddSingleton(log));
        List<string> wrong = [];

        await CheckAsync(host.Client.Read(Size), "a stream");
        await CheckAsync(await host.Client.OpenAsync(Size).InTime(), "a task of a stream");
        await CheckAsync(await host.Client.OpenSoonAsync(Size).InTime(), "a value task of a stream");
        await CheckAsync(host.Client.Pipe(Size).AsStream(), "a pipe");
        await CheckAsync((await host.Client.OpenPipeAsync(Size).InTime()).AsStream(), "a task of a pipe");
        await CheckAsync((await host.Client.OpenPipeSoonAsync(Size).InTime()).AsStream(), "a value task of a pipe");
        await CheckAsync(host.Client.Invert(host.Client.Invert(new MemoryStream(Blob.Of(Size)))), "streams both ways");

        string hash = await host.Client.HashAsync(new MemoryStream(Blob.Of(Size))).InTime();
        string ofPipe = await host.Client.HashPipeAsync("a", PipeReader.Create(new MemoryStream(Blob.Of(Size)))).InTime();

        if (ofPipe != $"a1{hash}")
        {
            wrong.Add("a stream and a pipe as parameters");
        }

        return wrong;

        async Task CheckAsync(Stream bytes, string kind)
        {
            var all = new MemoryStream();

            await using (bytes)
            {
                await bytes.CopyToAsync(all).InTime();
            }

            if (!all.ToArray().AsSpan().SequenceEqual(Blob.Of(Size)))
            {
                wrong.Add(kind);
            }
        }
    }
}
