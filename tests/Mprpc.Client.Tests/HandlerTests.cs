using System.Text;
using Mprpc.Client.Transports;

namespace Mprpc.Client.Tests;

/// <summary>Methods that a client registers after it was created, with <see cref="MprpcClient.On{TDelegate}"/>.</summary>
public sealed class HandlerTests
{
    private const string Three = "940107c003";      // [1, 7, nil, 3]
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task On_BeforeOrAfterConnecting_ServesRequests(bool before)
    {
        var peer = new PipePeer();
        await using MprpcClient client = Create(peer);

        if (before)
        {
            client.On("sum", (int x, int y) => x + y);
        }

        await client.ConnectAsync().AsTask().WaitAsync(Deadline);

        if (!before)
        {
            client.On("sum", (int x, int y) => x + y);
        }

        await peer.SendAsync(Request("sum"));

        Assert.Equal(Three, await peer.ReadAsync());
        peer.Finish();
    }

    [Fact]
    public async Task On_Notification_RunsTheHandler()
    {
        var peer = new PipePeer();
        await using MprpcClient client = Create(peer);
        var told = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await client.ConnectAsync().AsTask().WaitAsync(Deadline);

        client.On("tell", async (string text, CancellationToken token) =>
        {
            await Task.Yield();
            told.SetResult(text);
        });
        await peer.SendAsync("9302a474656c6c91a178");

        Assert.Equal("x", await told.Task.WaitAsync(Deadline));
        peer.Finish();
    }

    [Fact]
    public async Task On_RegistrationIsDisposed_TakesThatMethodAway()
    {
        var peer = new PipePeer();
        var options = new MprpcClientOptions().AddHandler("stays", (int x, int y) => x + y);
        await using MprpcClient client = Create(peer, options);
        await client.ConnectAsync().AsTask().WaitAsync(Deadline);
        IDisposable registration = client.On("sum", (int x, int y) => x + y);

        registration.Dispose();
        await peer.SendAsync(Request("sum"));
        string gone = await peer.ReadAsync();
        await peer.SendAsync(Request("stays"));

        Assert.Contains(Hex.Of("Method 'sum' not found."u8), gone, StringComparison.Ordinal);
        Assert.Equal(Three, await peer.ReadAsync());
        peer.Finish();
    }

    [Fact]
    public async Task On_NameIsTakenAgainAfterDispose_AnotherDisposeLeavesTheNewOne()
    {
        var peer = new PipePeer();
        await using MprpcClient client = Create(peer);
        await client.ConnectAsync().AsTask().WaitAsync(Deadline);
        IDisposable first = client.On("sum", (int x, int y) => 0);
        first.Dispose();
        client.On("sum", (int x, int y) => x + y);

        first.Dispose();
        await peer.SendAsync(Request("sum"));

        Assert.Equal(Three, await peer.ReadAsync());
        peer.Finish();
    }

    [Fact]
    public async Task On_NameThatIsThere_SaysWhatToDoAndKeepsTheFirst()
    {
        var peer = new PipePeer();
        await using MprpcClient client = Create(peer, new MprpcClientOptions().AddHandler("a", () => 1));
        client.On("sum", (int x, int y) => x + y);

        var ofOptions = Assert.Throws<InvalidOperationException>(() => client.On("a", () => 2));
        var registered = Assert.Throws<InvalidOperationException>(() => client.On("sum", () => 2));
        await client.ConnectAsync().AsTask().WaitAsync(Deadline);
        await peer.SendAsync(Request("sum"));

        Assert.Contains("'a'", ofOptions.Message, StringComparison.Ordinal);
        Assert.Contains("dispose first what On returned", registered.Message, StringComparison.Ordinal);
        Assert.Equal(Three, await peer.ReadAsync());
        peer.Finish();
    }

    [Fact]
    public async Task On_OthersComeAndGoMeanwhile_EachCallFindsItsMethod()
    {
        const int Calls = 300;
        var peer = new PipePeer();
        await using MprpcClient client = Create(peer);
        using var done = new CancellationTokenSource();
        client.On("sum", (int x, int y) => x + y);
        await client.ConnectAsync().AsTask().WaitAsync(Deadline);

        Task[] changing = [.. Enumerable.Range(0, 3).Select(number => Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                client.On($"other{number}", () => number).Dispose();
            }
        }))];
        List<string> answers = [];

        for (int i = 0; i < Calls; i++)
        {
            await peer.SendAsync(Request("sum"));
            answers.Add(await peer.ReadAsync());
        }

        await done.CancelAsync();
        await Task.WhenAll(changing).WaitAsync(Deadline);

        Assert.All(answers, answer => Assert.Equal(Three, answer));
        client.On("other0", () => 0).Dispose();
        peer.Finish();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task On_AfterConnecting_RequestsStayWithinWhatTheServerCanSetAside(bool serves)
    {
        const int Calls = 6;
        var peer = new PipePeer();
        await using MprpcClient client = Create(peer, new MprpcClientOptions { MaxSendMessageSize = 2 * 1024 * 1024 });
        await client.ConnectAsync().AsTask().WaitAsync(Deadline);
        int before = 0;

        if (serves)
        {
            client.On("tell", () => { });
        }

        Task[] calls = [.. Enumerable.Range(0, Calls).Select(_ => client.CallAsync("f", new byte[1024 * 1024]).AsTask())];
        await client.NotifyAsync("n");

        // docs/protocol.md 6.4: 4 MiB of requests; the notification does not wait for those that do.
        while (!(await peer.ReadAsync()).StartsWith("9302a16e", StringComparison.Ordinal))
        {
            before++;
        }

        peer.Finish();
        await Assert.ThrowsAsync<MprpcConnectionException>(() => Task.WhenAll(calls).WaitAsync(Deadline));
        Assert.InRange(before, serves ? 1 : Calls, serves ? Calls - 1 : Calls);
    }

    [Fact]
    public async Task On_HandlerThatCannotBeServed_IsRefusedAndTheNameIsFree()
    {
        await using MprpcClient client = Create(new PipePeer());

        Assert.Throws<InvalidOperationException>(() => client.On("sum", (ref int x) => x));
        Assert.Throws<ArgumentException>(() => client.On("", () => 1));
        Assert.Throws<ArgumentNullException>(() => client.On("sum", default(Action)!));

        client.On("sum", () => 1).Dispose();
    }

    [Fact]
    public async Task On_ClientIsDisposed_IsRefused()
    {
        MprpcClient client = Create(new PipePeer());
        IDisposable registration = client.On("sum", () => 1);
        await client.DisposeAsync();

        Assert.Throws<ObjectDisposedException>(() => client.On("other", () => 1));
        registration.Dispose();
    }

    /// <summary>[0, 7, method, [1, 2]]</summary>
    private static string Request(string method) => $"940007{0xa0 + method.Length:x2}{Hex.Of(Encoding.UTF8.GetBytes(method))}920102";

    private static MprpcClient Create(PipePeer peer, MprpcClientOptions? options = null)
        => new(new TestDialer((_, _) => Task.FromResult<ClientTransport>(peer.Transport)), (options ?? new MprpcClientOptions()).Freeze());
}
