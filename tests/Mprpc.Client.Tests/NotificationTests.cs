namespace Mprpc.Client.Tests;

/// <summary>Notifications: their order, and how much of them waits.</summary>
public sealed class NotificationTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Theory]
    [InlineData(int.MaxValue, 1)]
    [InlineData(int.MaxValue, 4)]
    [InlineData(1, 1)]
    public async Task Notifications_OfOneThreadBeforeItIsConnected_ArriveInTheirOrder(int maxInFlight, int maxConnections)
    {
        const int Count = 500;
        var peer = new PipePeer();
        var open = new TaskCompletionSource<Transports.ClientTransport>(TaskCreationOptions.RunContinuationsAsynchronously);
        var dialer = new TestDialer((_, _) => open.Task);
        var options = new MprpcClientOptions { MaxInFlightPerConnection = maxInFlight, MaxConnections = maxConnections };
        await using var client = new MprpcClient(dialer, options.Freeze());
        INumbers numbers = client.As<INumbers>();

        for (int i = 0; i < Count; i++)
        {
            numbers.Tell(1000 + i);

            if (i == Count / 2)
            {
                open.SetResult(peer.Transport);
            }
        }

        for (int i = 0; i < Count; i++)
        {
            // [2, "tell", [number]]
            Assert.Equal($"9302a474656c6c91cd{1000 + i:x4}", await peer.ReadAsync());
        }

        peer.Finish();
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1)]
    public async Task NotifyAsync_CannotBeSent_KeepsToCallTimeoutAndToken(int maxInFlight)
    {
        var dialer = new TestDialer((_, token) => new TaskCompletionSource<Transports.ClientTransport>().Task.WaitAsync(token));
        var options = new MprpcClientOptions { CallTimeout = TimeSpan.FromMilliseconds(100), MaxInFlightPerConnection = maxInFlight };
        await using var client = new MprpcClient(dialer, options.Freeze());
        using var source = new CancellationTokenSource();

        Task late = client.NotifyAsync("a").AsTask();
        Task cancelled = client.NotifyAsync("b", new MprpcCallOptions { Timeout = Timeout.InfiniteTimeSpan, CancellationToken = source.Token }).AsTask();
        await source.CancelAsync();

        Assert.Contains("100 ms", (await Assert.ThrowsAsync<TimeoutException>(() => late.WaitAsync(Deadline))).Message, StringComparison.Ordinal);
        var exception = await Assert.ThrowsAsync<OperationCanceledException>(() => cancelled.WaitAsync(Deadline));
        Assert.Equal(source.Token, exception.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await client.NotifyAsync("c", source.Token));
    }

    [Fact]
    public async Task NotifyAsync_GivenUpWhileItWaits_IsNotSentAndThoseBehindItAre()
    {
        var peer = new PipePeer();
        var open = new TaskCompletionSource<Transports.ClientTransport>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = new MprpcClient(new TestDialer((_, _) => open.Task), new MprpcClientOptions().Freeze());
        Task first = client.NotifyAsync("a", new MprpcCallOptions { Timeout = TimeSpan.FromMilliseconds(1) }).AsTask();
        Task second = client.NotifyAsync("b").AsTask();
        await Assert.ThrowsAsync<TimeoutException>(() => first.WaitAsync(Deadline));

        open.SetResult(peer.Transport);
        await second.WaitAsync(Deadline);

        Assert.Equal("9302a16290", await peer.ReadAsync());
        peer.Finish();
    }

    [Fact]
    public async Task Notifications_ThatNobodyWaitsFor_AreBoundedWhileTheyCannotBeSent()
    {
        const int Size = 64 * 1024;
        const int Fit = 4 * 1024 * 1024 / Size;
        var peer = new PipePeer();
        var open = new TaskCompletionSource<Transports.ClientTransport>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = new MprpcClient(new TestDialer((_, _) => open.Task), new MprpcClientOptions().Freeze());
        INumbers numbers = client.As<INumbers>();
        byte[] data = new byte[Size];

        for (int i = 0; i < 10 * Fit; i++)
        {
            numbers.Data(i, data);
        }

        Task last = client.NotifyAsync("last").AsTask();
        open.SetResult(peer.Transport);
        List<string> received = [];

        while (await peer.ReadAsync() is var message && message != "9302a46c61737490")
        {
            received.Add(message[..18]);
        }

        // [2, "data", [number, ...: the first ones, in their order.
        Assert.InRange(received.Count, Fit - 2, Fit);
        Assert.Equal(Enumerable.Range(0, received.Count).Select(i => $"9302a46461746192{i:x2}"[..18]), received);
        await last.WaitAsync(Deadline);
        peer.Finish();
    }

    [MprpcService]
    public interface INumbers
    {
        void Tell(int number);

        void Data(int number, byte[] data);
    }
}
