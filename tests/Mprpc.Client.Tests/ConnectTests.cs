namespace Mprpc.Client.Tests;

/// <summary>Connecting on demand, and where to.</summary>
public sealed class ConnectTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Fact]
    public async Task ConnectAsync_OfAClient_ConnectsOnce()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(new MprpcClientOptions { Url = server.Url });

        await client.ConnectAsync().AsTask().WaitAsync(Deadline);
        await server.AcceptAsync();
        await client.ConnectAsync().AsTask().WaitAsync(Deadline);

        Assert.True(client.IsConnected);
        Assert.True(await server.IsSilentAsync());
    }

    [Fact]
    public async Task ConnectAsync_AllPlacesAreTaken_IsConnectedAsItIs()
    {
        var peer = new PipePeer();
        await using MprpcClient client = Create(peer, new MprpcClientOptions { MaxInFlightPerConnection = 1 });
        Task<int> call = client.CallAsync<int>("a").AsTask();
        string request = await peer.ReadAsync();

        await client.ConnectAsync().AsTask().WaitAsync(Deadline);
        await peer.SendAsync(Hex.Answer(request, "c003"));

        Assert.Equal(3, await call.WaitAsync(Deadline));
        peer.Finish();
    }

    [Fact]
    public async Task ConnectAsync_HasFailed_ConnectsTheNextTime()
    {
        var peer = new PipePeer();
        var dialer = new TestDialer((attempt, _) => attempt == 0
            ? Task.FromException<Transports.ClientTransport>(new MprpcConnectionException("refused"))
            : Task.FromResult(peer.Transport));
        await using var client = new MprpcClient(dialer, new MprpcClientOptions { Reconnect = new() { InitialDelay = TimeSpan.Zero } }.Freeze());

        await Assert.ThrowsAsync<MprpcConnectionException>(() => client.ConnectAsync().AsTask().WaitAsync(Deadline));
        MprpcClientState afterFailure = client.State;
        await client.ConnectAsync().AsTask().WaitAsync(Deadline);

        Assert.Equal(MprpcClientState.Disconnected, afterFailure);
        Assert.Equal(MprpcClientState.Connected, client.State);
        peer.Finish();
    }

    [Fact]
    public async Task ConnectAsync_IsCancelled_TellsTheTokenAndTheClientGoesOn()
    {
        var peer = new PipePeer();
        var open = new TaskCompletionSource<Transports.ClientTransport>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = new MprpcClient(new TestDialer((_, _) => open.Task), new MprpcClientOptions().Freeze());
        using var source = new CancellationTokenSource();

        Task connecting = client.ConnectAsync(source.Token).AsTask();
        await source.CancelAsync();
        var exception = await Assert.ThrowsAsync<OperationCanceledException>(() => connecting.WaitAsync(Deadline));
        open.SetResult(peer.Transport);
        Task<int> call = client.CallAsync<int>("a").AsTask();
        await peer.AnswerAsync("c003");

        Assert.Equal(source.Token, exception.CancellationToken);
        Assert.Equal(3, await call.WaitAsync(Deadline));
        peer.Finish();
    }

    [Fact]
    public async Task ConnectAsync_ClientIsDisposed_IsRefused()
    {
        MprpcClient client = Create(new PipePeer(), new MprpcClientOptions());
        await client.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ConnectAsync().AsTask());
    }

    [Fact]
    public void Constructor_OptionsWithoutUrl_SaysWhatToSet()
    {
        var exception = Assert.Throws<ArgumentException>(() => new MprpcClient(new MprpcClientOptions()));

        Assert.Contains("MprpcClientOptions.Url is not set", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:6000")]
    [InlineData("127.0.0.1:6000")]
    [InlineData("")]
    public void Constructor_UrlIsNotAnAddress_NamesTheOption(string url)
    {
        var exception = Assert.Throws<ArgumentException>(() => new MprpcClient(new MprpcClientOptions { Url = url }));

        Assert.StartsWith("MprpcClientOptions.Url is not the address of a server.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Constructor_AddressOfItsOwn_ComesBeforeThatOfTheOptions()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { Url = "tcp://127.0.0.1:1" });

        await client.ConnectAsync().AsTask().WaitAsync(Deadline);

        await server.AcceptAsync();
    }

    private static MprpcClient Create(PipePeer peer, MprpcClientOptions options)
        => new(new TestDialer((_, _) => Task.FromResult(peer.Transport)), options.Freeze());
}
