using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Mprpc.AspNetCore;
using Mprpc.Client;

namespace Mprpc.Contracts.Tests;

/// <summary>Stream and PipeReader as types of contracts: what arrives, and who disposes what.</summary>
public sealed class ByteStreamTests
{
    private const int Size = 300_000;

    [Theory]
    [InlineData(MprpcExtensions.Always)]
    [InlineData(MprpcExtensions.WhenUsed)]
    [InlineData(MprpcExtensions.Never)]
    public async Task Results_OfEachForm_BringTheirBytesAndAreDisposedByTheServer(MprpcExtensions extensions)
    {
        await using BlobHost host = await BlobHost.StartAsync();
        IBlobs blobs = host.Connect(new MprpcClientOptions { Extensions = extensions }).As<IBlobs>();

        byte[][] all =
        [
            await AllAsync(blobs.Read(Size)),
            await AllAsync(await blobs.OpenAsync(Size).InTime()),
            await AllAsync(await blobs.OpenSoonAsync(Size).InTime()),
            await AllAsync(blobs.Pipe(Size)),
            await AllAsync(await blobs.OpenPipeAsync(Size).InTime()),
            await AllAsync(await blobs.OpenPipeSoonAsync(Size).InTime()),
        ];

        Assert.All(all, bytes => Assert.Equal(Blob.Of(Size), bytes));
        await DisposedAsync(host, 6);
        Assert.Equal(6, host.Log.Opened);
    }

    [Theory]
    [InlineData(MprpcExtensions.Always)]
    [InlineData(MprpcExtensions.WhenUsed)]
    [InlineData(MprpcExtensions.Never)]
    public async Task Parameters_OfEachForm_ReachTheMethodAndStayTheCallers(MprpcExtensions extensions)
    {
        await using BlobHost host = await BlobHost.StartAsync();
        IBlobs blobs = host.Connect(new MprpcClientOptions { Extensions = extensions }).As<IBlobs>();
        string hash = Convert.ToHexString(SHA256.HashData(Blob.Of(Size)));
        var source = new MemoryStream(Blob.Of(Size));
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(Blob.Of(1_000));
        await pipe.Writer.CompleteAsync();

        Assert.Equal(hash, await blobs.HashAsync(source).InTime());
        Assert.Equal(Size, source.Position);
        source.Position = 0;
        Assert.Equal("a2" + hash, await blobs.HashPipeAsync("a", PipeReader.Create(source), times: 2).InTime());
        Assert.Equal("b1" + Convert.ToHexString(SHA256.HashData(Blob.Of(1_000))), await blobs.HashPipeAsync("b", pipe.Reader).InTime());

        // A completed reader throws.
        Assert.True((await pipe.Reader.ReadAsync()).IsCompleted);
        Assert.True(source.CanRead);
    }

    [Fact]
    public async Task Both_AtOnce_TravelBothWays()
    {
        await using BlobHost host = await BlobHost.StartAsync();
        byte[] inverted = [.. Blob.Of(Size).Select(b => (byte)~b)];

        Assert.Equal(inverted, await AllAsync(host.Client.Invert(new MemoryStream(Blob.Of(Size)))));
        Assert.Equal(inverted, await AllAsync(host.Client.InvertPipe(PipeReader.Create(new MemoryStream(Blob.Of(Size))))));
        Assert.Equal([10, 10, 5], await host.Client.LengthsAsync(new MemoryStream(Blob.Of(25))).ToListAsync().InTime());
    }

    [Fact]
    public async Task Parameter_ThatIsNullOrEmptyOrLeftOut_IsAStreamOfNoBytesOrItsDefault()
    {
        await using BlobHost host = await BlobHost.StartAsync();
        string empty = Convert.ToHexString(SHA256.HashData([]));

        Assert.Equal(empty, await host.Client.HashAsync(Stream.Null).InTime());
        Assert.Equal(empty, await host.Client.HashAsync(null!).InTime());
        Assert.True(await host.Client.HasBytesAsync(null).InTime());     // nil is a stream of none
        Assert.False(await host.Untyped.CallAsync<bool>("blobs.has_bytes").InTime());
    }

    [Fact]
    public async Task PlainPeer_PassesAndGetsAnArrayOfPieces()
    {
        await using BlobHost host = await BlobHost.StartAsync();

        List<byte[]> pieces = await host.Untyped.CallAsync<List<byte[]>>("blobs.read", 70_000).InTime();
        string hash = await host.Untyped.CallAsync<string>("blobs.hash", new List<byte[]> { Blob.Of(2), Blob.Of(2) }).InTime();

        Assert.Equal(Blob.Of(70_000), pieces.SelectMany(piece => piece));
        Assert.Equal(Convert.ToHexString(SHA256.HashData([0, 1, 0, 1])), hash);
        await DisposedAsync(host, 1);
    }

    [Fact]
    public async Task Result_ThatTheClientDisposes_EndsAndIsDisposedAtTheServer()
    {
        await using BlobHost host = await BlobHost.StartAsync();

        await using (Stream bytes = host.Client.Read(int.MaxValue))
        {
            await bytes.ReadExactlyAsync(new byte[10]).AsTask().InTime();
        }

        using (Stream bytes = await host.Client.OpenAsync(int.MaxValue).InTime())
        {
            await bytes.ReadExactlyAsync(new byte[10]).AsTask().InTime();
        }

        PipeReader pipe = await host.Client.OpenPipeAsync(int.MaxValue).InTime();
        pipe.AdvanceTo((await pipe.ReadAsync().InTime()).Buffer.End);
        await pipe.CompleteAsync();

        await DisposedAsync(host, 3);
    }

    [Fact]
    public async Task Result_ThatNobodyReads_IsNotAskedForUnlessItIsATask()
    {
        await using BlobHost host = await BlobHost.StartAsync();

        await host.Client.Read(10).DisposeAsync();
        await (await host.Client.OpenAsync(int.MaxValue).InTime()).DisposeAsync();

        await DisposedAsync(host, 1);
        Assert.Equal(1, host.Log.Opened);
    }

    [Fact]
    public async Task Result_OfALostConnection_FailsAndIsDisposedAtTheServer()
    {
        await using BlobHost host = await BlobHost.StartAsync();
        MprpcClient client = host.Connect(new MprpcClientOptions { Extensions = MprpcExtensions.Always });
        Stream bytes = await client.As<IBlobs>().OpenAsync(int.MaxValue).InTime();

        await client.DisposeAsync();

        await Assert.ThrowsAnyAsync<MprpcConnectionException>(() => AllAsync(bytes));
        await DisposedAsync(host, 1);
    }

    [Fact]
    public async Task Result_OfANotification_IsDisposedUnread()
    {
        await using BlobHost host = await BlobHost.StartAsync();

        await host.Untyped.NotifyAsync("blobs.read", 10);
        await host.Untyped.NotifyAsync("blobs.open", 10);

        await DisposedAsync(host, 2);
    }

    [Fact]
    public async Task Result_BeyondTheStreamsOfAConnection_IsDisposedUnread()
    {
        await using BlobHost host = await BlobHost.StartAsync(services
            => services.Configure<MprpcServerOptions>(options => options.Limits.MaxStreamsPerConnection = 1));
        Stream first = await host.Client.OpenAsync(int.MaxValue).InTime();

        var busy = await Assert.ThrowsAsync<MprpcRemoteException>(() => host.Client.OpenAsync(10).InTime());

        Assert.Equal("busy", busy.Code);
        await DisposedAsync(host, 1);
        await first.DisposeAsync();
        await DisposedAsync(host, 1);
    }

    [Fact]
    public async Task Failures_AreThrownByTheTaskOrByTheReadAfterTheBytesBefore()
    {
        await using BlobHost host = await BlobHost.StartAsync();
        Stream broken = host.Client.Break(5);
        byte[] before = new byte[5];

        var missing = await Assert.ThrowsAsync<MprpcRemoteException>(() => host.Client.OpenAsync(-1).InTime());
        var missingPipe = await Assert.ThrowsAsync<MprpcRemoteException>(() => host.Client.OpenPipeSoonAsync(-1).InTime());
        await broken.ReadExactlyAsync(before).AsTask().InTime();
        var middle = await Assert.ThrowsAsync<MprpcRemoteException>(() => broken.ReadAsync(before).AsTask().InTime());
        var nothing = await Assert.ThrowsAsync<MprpcRemoteException>(() => AllAsync(host.Client.Nothing()));
        var nothingSoon = await Assert.ThrowsAsync<MprpcRemoteException>(() => host.Client.NothingSoonAsync().InTime());

        Assert.Equal(("not_found", "not_found", "broken"), (missing.Code, missingPipe.Code, middle.Code));
        Assert.Equal(Blob.Of(5), before);
        Assert.Contains("null in place of a stream", nothing.Message, StringComparison.Ordinal);
        Assert.Contains("null in place of a stream", nothingSoon.Message, StringComparison.Ordinal);
        await DisposedAsync(host, 1);
    }

    [Fact]
    public async Task Source_OfAParameterThatFails_FailsTheCallWithItsException()
    {
        await using BlobHost host = await BlobHost.StartAsync();

        var failure = await Assert.ThrowsAsync<InvalidDataException>(
            () => host.Client.HashAsync(new BlobStream(10, host.Log, new InvalidDataException("No more."))).InTime());

        Assert.Equal("No more.", failure.Message);
    }

    [Fact]
    public async Task Parameter_ThatTheMethodDisposes_IsReadNoFurther()
    {
        await using BlobHost host = await BlobHost.StartAsync();

        Assert.Equal("000102", await host.Client.HeadAsync(new BlobStream(int.MaxValue, host.Log, failure: null)).InTime());
        Assert.Equal(0, host.Log.Disposed.CurrentCount);     // it is the caller's
    }

    [Fact]
    public async Task Read_ThatIsCancelled_LosesNothing()
    {
        var pipe = new Pipe();
        Stream bytes = MprpcStream.AsStream(MprpcStream.ReadAsync(pipe.Reader.AsStream()));
        using var source = new CancellationTokenSource();
        Task<int> cancelled = bytes.ReadAsync(new byte[3], source.Token).AsTask();

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.InTime());
        await pipe.Writer.WriteAsync(Blob.Of(3));
        byte[] read = new byte[3];
        await bytes.ReadExactlyAsync(read).AsTask().InTime();

        Assert.Equal(Blob.Of(3), read);
        await bytes.DisposeAsync();
    }

    [Fact]
    public async Task Pipe_WhosePendingReadIsCancelled_GoesOn()
    {
        await using BlobHost host = await BlobHost.StartAsync();
        var source = new Pipe();
        PipeReader inverted = host.Client.InvertPipe(source.Reader);
        Task<ReadResult> pending = inverted.ReadAsync().AsTask();

        inverted.CancelPendingRead();
        Assert.True((await pending.InTime()).IsCanceled);
        await source.Writer.WriteAsync(Blob.Of(3));
        ReadResult result = await inverted.ReadAtLeastAsync(3).AsTask().InTime();

        Assert.Equal([0xFF, 0xFE, 0xFD], result.Buffer.ToArray());
        inverted.AdvanceTo(result.Buffer.End);
        await source.Writer.CompleteAsync();
        Assert.True((await inverted.ReadAsync().InTime()).IsCompleted);
        await inverted.CompleteAsync();
    }

    [Fact]
    public async Task Client_ThatServes_ReturnsAndTakesStreams()
    {
        var log = new BlobLog();
        await using var host = await ContractHost<IBlobs>.StartAsync(
            app => app.MapMprpc(0, "back", async (int size, MprpcCallContext call) =>
            {
                byte[] bytes = await AllAsync(await call.Connection.As<IBlobs>().OpenAsync(size, call.CancellationToken));
                return await call.Connection.As<IBlobs>().HashAsync(new MemoryStream(bytes), call.CancellationToken);
            }));
        var options = new MprpcClientOptions { Extensions = MprpcExtensions.Always };
        await using var client = new MprpcClient($"tcp://{host.Address}", options.AddHandlers<IBlobs>(new Blobs(log)));

        string hash = await client.CallAsync<string>("back", Size).InTime();

        Assert.Equal(Convert.ToHexString(SHA256.HashData(Blob.Of(Size))), hash);
        Assert.True(await log.Disposed.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    private static async Task DisposedAsync(BlobHost host, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Assert.True(await host.Log.Disposed.WaitAsync(TimeSpan.FromSeconds(30)), $"{i} of {count} are disposed");
        }
    }

    private static async Task<byte[]> AllAsync(PipeReader bytes)
    {
        var all = new MemoryStream();
        await bytes.CopyToAsync(all).InTime();
        await bytes.CompleteAsync();
        return all.ToArray();
    }

    private static async Task<byte[]> AllAsync(Stream bytes)
    {
        var all = new MemoryStream();

        await using (bytes)
        {
            await bytes.CopyToAsync(all).InTime();
        }

        return all.ToArray();
    }
}
