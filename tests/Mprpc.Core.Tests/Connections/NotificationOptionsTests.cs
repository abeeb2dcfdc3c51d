using Mprpc.Wire;

namespace Mprpc.Core.Tests.Connections;

/// <summary>Notifications to a peer that does not read: the wait ends by token or timeout, and what was given up is not sent.</summary>
public sealed class NotificationOptionsTests
{
    private static readonly TimeSpan Deadline = InMemoryConnection.Deadline;
    private static readonly byte[] s_large = new byte[700 * 1024];

    [Fact]
    public async Task NotifyAsync_GivenUpWhileThePeerDoesNotRead_IsNotSentAndTheNextIs()
    {
        await using var peer = new InMemoryConnection();
        MprpcConnection connection = peer.Connection;
        using var source = new CancellationTokenSource();
        Task[] large = Congest(connection);

        Task cancelled = connection.NotifyAsync("a", new MprpcCallOptions { CancellationToken = source.Token }).AsTask();
        Task cancelledInArrayForm = connection.NotifyAsync("b", [1], source.Token).AsTask();
        Task late = connection.NotifyAsync("c", new MprpcCallOptions { Timeout = TimeSpan.FromMilliseconds(1) }).AsTask();
        await source.CancelAsync();
        var cancellation = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Deadline));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelledInArrayForm.WaitAsync(Deadline));
        var timeout = await Assert.ThrowsAsync<TimeoutException>(() => late.WaitAsync(Deadline));
        Task next = connection.NotifyAsync("d", default(MprpcCallOptions)).AsTask();
        bool waits = !next.IsCompleted;
        List<string> received = [];

        while (received.Count < large.Length + 1)
        {
            received.Add(await peer.ReadAsync());
        }

        await Task.WhenAll([.. large, next]).WaitAsync(Deadline);
        Assert.Equal(source.Token, cancellation.CancellationToken);
        Assert.Contains("'a'", cancellation.Message, StringComparison.Ordinal);
        Assert.Contains("'c' was not sent within 1 ms", timeout.Message, StringComparison.Ordinal);
        Assert.True(waits);
        Assert.All(received[..large.Length], message => Assert.StartsWith("9302a56c61726765", message, StringComparison.Ordinal));
        Assert.Equal("9302a16490", received[^1]);
    }

    [Fact]
    public async Task NotifyAsync_ConnectionIsLostMeanwhile_SaysThatNothingWasSent()
    {
        await using var peer = new InMemoryConnection();
        _ = Congest(peer.Connection);

        Task waiting = peer.Connection.NotifyAsync("a", default(MprpcCallOptions)).AsTask();
        peer.Connection.Abort();

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => waiting.WaitAsync(Deadline));
        Assert.Contains("nothing was sent", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.RequestWasSent);
    }

    [Fact]
    public async Task NotifyAsync_PeerKeepsUp_IsSentAtOnce()
    {
        await using var peer = new InMemoryConnection();

        ValueTask sent = peer.Connection.NotifyAsync("a", new MprpcCallOptions { Timeout = TimeSpan.FromMinutes(1) }, 1);

        Assert.True(sent.IsCompletedSuccessfully);
        Assert.Equal("9302a1619101", await peer.ReadAsync());
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await peer.Connection.NotifyAsync("a", new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NotifyAsync_WithMetadata_IsSentWithItWhetherThePeerReadsOrNot(bool isCongested)
    {
        await using var peer = new InMemoryConnection();
        peer.Connection.OnHello(new PeerOffer { Metadata = 100 });
        Task[] large = isCongested ? Congest(peer.Connection) : [];
        var options = new MprpcCallOptions { Metadata = new MprpcMetadata { ["x"] = "y" } };

        Task told = peer.Connection.NotifyAsync("a", options, 1).AsTask();
        bool waits = !told.IsCompleted;
        List<string> received = [];

        while (received.Count < large.Length + 1)
        {
            received.Add(await peer.ReadAsync());
        }

        await Task.WhenAll([.. large, told]).WaitAsync(Deadline);
        Assert.Equal(isCongested, waits);
        Assert.Equal("9302a6242f63616c6c9381a46d65746181a178a179a1619101", received[^1]);
    }

    [Fact]
    public async Task NotifyAsync_WithMetadataToAPlainPeer_ThrowsAndSendsNothing()
    {
        await using var peer = new InMemoryConnection();
        MprpcConnection connection = peer.Connection;
        var options = new MprpcCallOptions { Metadata = new MprpcMetadata { ["x"] = "y" } };

        var exception = await Assert.ThrowsAsync<NotSupportedException>(async () => await connection.NotifyAsync("a", options, 1));
        await connection.NotifyAsync("b", default(MprpcCallOptions));

        Assert.Contains("notification of 'a'", exception.Message, StringComparison.Ordinal);
        Assert.Equal("9302a16290", await peer.ReadAsync());
    }

    [Fact]
    public async Task CallAsync_ArrayAndTokenLast_SendsTheArgumentsAndEndsByTheToken()
    {
        await using var peer = new InMemoryConnection();
        MprpcConnection connection = peer.Connection;
        using var source = new CancellationTokenSource();

        Task call = connection.CallAsync<int>("f", [1, "x"], source.Token).AsTask();
        string request = await peer.ReadAsync();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Deadline));
        Assert.EndsWith("a1669201a178", request, StringComparison.Ordinal);
    }

    /// <summary>Sends more than the peer's pipe and the connection's output take.</summary>
    private static Task[] Congest(MprpcConnection connection)
    {
        Task[] large = [.. Enumerable.Range(0, 3).Select(_ => connection.NotifyAsync("large", s_large).AsTask())];
        Assert.False(large[^1].IsCompleted);
        return large;
    }
}
