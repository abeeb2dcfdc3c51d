using System.Diagnostics.CodeAnalysis;

namespace Mprpc.Client.Tests;

/// <summary>A server that cancels what it has called of a client (docs/protocol.md 10.8).</summary>
public sealed class CancelledHandlerTests
{
    // errors: map, goaway and ping, as a server offers them
    private const string Offer = "c09201 82a66572726f7273a36d6170a470696e67c3";

    // [0, 1, "show", [7]], [2, "$/cancel", [1]]
    private const string CallAndCancel = "940001a473686f779107 9302a8242f63616e63656c9101";

    // [1, 1, {"message": "The call was cancelled.", "code": "cancelled"}, nil]
    private const string Cancelled = "94010182a76d657373616765b75468652063616c6c207761732063616e63656c6c65642ea4636f6465a963616e63656c6c6564c0";

    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    /// <summary>How the bytes are cut: whole, byte by byte, and in two at each place.</summary>
    public static TheoryData<MprpcExtensions, int> Cuts
        => [.. from extensions in new[] { MprpcExtensions.Always, MprpcExtensions.WhenUsed }
            from cut in Enumerable.Range(-1, Hex.Bytes(CallAndCancel).Length + 1)
            select new TheoryDataRow<MprpcExtensions, int>(extensions, cut)];

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task K11_CallOfTheServerCancelled_TokenFiresAndOneAnswerIsSent(MprpcExtensions extensions, int cut)
    {
        byte[] bytes = Hex.Bytes(CallAndCancel);
        var shown = new Shown();
        using var server = new ScriptedServer();
        await using MprpcClient client = new(server.Url, new MprpcClientOptions { Extensions = extensions }.AddHandlers(shown));
        ValueTask connecting = client.ConnectAsync();
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        string hello = await connection.AnswerAsync(Offer);
        await connecting.AsTask().WaitAsync(Deadline);

        foreach (byte[] piece in cut < 0 ? bytes.Chunk(1) : [bytes[..cut], bytes[cut..]])
        {
            await connection.SendAsync(piece);
            await Task.Yield();
        }

        string answer = await connection.ReadAsync();
        await connection.SendAsync("940002a6242f70696e6790");       // [0, 2, "$/ping", []]
        string next = await connection.ReadAsync();

        Assert.True(Hex.IsHello(hello));
        Assert.Equal([Cancelled, "940102c0c0"], [answer, next]);
        Assert.Equal((7, 1, 1), (shown.Value, shown.Calls, shown.Cancellations));
    }

    [Fact]
    public async Task StreamOfTheServer_ThatFails_IsAnsweredWithItsErrorAndNoErrorOfTheClient()
    {
        using var server = new ScriptedServer();
        await using MprpcClient client = new(server.Url, new MprpcClientOptions { Extensions = MprpcExtensions.Always }.AddHandlers(new Summing()));
        ValueTask connecting = client.ConnectAsync();
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        await connection.AnswerAsync(Offer);
        await connecting.AsTask().WaitAsync(Deadline);

        // [0, 1, "total", [-1]], [2, "$/end", [-1, "boom"]]
        await connection.SendAsync("940001a5746f74616c91ff 9302a5242f656e6492ffa4626f6f6d");
        string answer = await connection.ReadAsync();

        // [1, 1, {"message": "The source of param 1 has failed: boom", "code": "cancelled"}, nil]
        Assert.Equal(
            "94010182a76d657373616765d926" + Convert.ToHexStringLower("The source of param 1 has failed: boom"u8) + "a4636f6465a963616e63656c6c6564c0",
            answer);
    }

    [Fact]
    public async Task K11_ClientWithoutExtensions_RunsOnAndAnswersWithItsResult()
    {
        var shown = new Shown();
        using var server = new ScriptedServer();
        await using MprpcClient client = new(server.Url, new MprpcClientOptions { Extensions = MprpcExtensions.Never }.AddHandlers(shown));
        ValueTask connecting = client.ConnectAsync();
        ScriptedConnection connection = await server.AcceptAsync(isPlain: false);
        await connecting.AsTask().WaitAsync(Deadline);

        await connection.SendAsync(Hex.Bytes(CallAndCancel));
        await connection.SendAsync("940002a4656e647390");           // [0, 2, "ends", []]
        string[] answers = [await connection.ReadAsync(), await connection.ReadAsync()];

        Assert.Equal(["940101c007", "940102c0c0"], answers.Order());
        Assert.Equal(0, shown.Cancellations);
    }

    private sealed class Shown
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _calls;
        private int _cancellations;

        public int Value { get; private set; }

        public int Calls => Volatile.Read(ref _calls);

        public int Cancellations => Volatile.Read(ref _cancellations);

        public async Task<int> ShowAsync(int x, CancellationToken cancellationToken)
        {
            Value = x;
            Interlocked.Increment(ref _calls);
            await using CancellationTokenRegistration registration = cancellationToken.Register(() =>
            {
                Interlocked.Increment(ref _cancellations);
                _end.TrySetResult();
            });
            await _end.Task;
            cancellationToken.ThrowIfCancellationRequested();
            return x;
        }

        public void Ends() => _end.TrySetResult();
    }

    [SuppressMessage("Performance", "CA1822", Justification = "What a client serves are instance methods.")]
    private sealed class Summing
    {
        public async Task<int> TotalAsync(IAsyncEnumerable<int> values) => await values.SumAsync();
    }
}
