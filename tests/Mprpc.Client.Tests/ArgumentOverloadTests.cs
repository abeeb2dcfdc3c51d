namespace Mprpc.Client.Tests;

/// <summary>Which overload a call by name binds to: the values that arrive are the arguments that were meant.</summary>
public sealed class ArgumentOverloadTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;
    private static readonly CancellationTokenSource Source = new();
    private static readonly object?[] OneAndTwo = [1, 2];
    private static readonly int[] Numbers = [1, 2];
    private static readonly string[] Texts = ["a", "b"];

    private static CancellationToken Token => Source.Token;

    private static readonly (Func<MprpcClient, Task> Call, Func<MprpcClient, Task> CallWithoutResult, Func<MprpcClient, Task> Notify, string Params)[] s_forms =
    [
        // The arguments one by one, the token, if any, before them.
        (c => c.CallAsync<int>("f").AsTask(), c => c.CallAsync("f").AsTask(), c => c.NotifyAsync("f").AsTask(), "90"),
        (c => c.CallAsync<int>("f", 1, 2).AsTask(), c => c.CallAsync("f", 1, 2).AsTask(), c => c.NotifyAsync("f", 1, 2).AsTask(), "920102"),
        (c => c.CallAsync<int>("f", Token).AsTask(), c => c.CallAsync("f", Token).AsTask(), c => c.NotifyAsync("f", Token).AsTask(), "90"),
        (c => c.CallAsync<int>("f", Token, 1).AsTask(), c => c.CallAsync("f", Token, 1).AsTask(), c => c.NotifyAsync("f", Token, 1).AsTask(), "9101"),

        // An array of objects is the arguments; with a token after it as well.
        (c => c.CallAsync<int>("f", OneAndTwo).AsTask(), c => c.CallAsync("f", OneAndTwo).AsTask(), c => c.NotifyAsync("f", OneAndTwo).AsTask(), "920102"),
        (c => c.CallAsync<int>("f", Texts).AsTask(), c => c.CallAsync("f", Texts).AsTask(), c => c.NotifyAsync("f", Texts).AsTask(), "92a161a162"),
        (
            c => c.CallAsync<int>("f", OneAndTwo, Token).AsTask(),
            c => c.CallAsync("f", OneAndTwo, Token).AsTask(),
            c => c.NotifyAsync("f", OneAndTwo, Token).AsTask(),
            "920102"),
        (
            c => c.CallAsync<int>("f", [1, 2], Token).AsTask(),
            c => c.CallAsync("f", [1, 2], Token).AsTask(),
            c => c.NotifyAsync("f", [1, 2], Token).AsTask(),
            "920102"),
        (c => c.CallAsync<int>("f", [], Token).AsTask(), c => c.CallAsync("f", [], Token).AsTask(), c => c.NotifyAsync("f", [], Token).AsTask(), "90"),

        // What is not the arguments is one of them.
        (c => c.CallAsync<int>("f", Numbers).AsTask(), c => c.CallAsync("f", Numbers).AsTask(), c => c.NotifyAsync("f", Numbers).AsTask(), "91920102"),
        (
            c => c.CallAsync<int>("f", OneAndTwo, 3).AsTask(),
            c => c.CallAsync("f", OneAndTwo, 3).AsTask(),
            c => c.NotifyAsync("f", OneAndTwo, 3).AsTask(),
            "9292010203"),
    ];

    public static TheoryData<int> Forms => [.. Enumerable.Range(0, s_forms.Length)];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Call_InEachForm_SendsItsArguments(int form)
    {
        var peer = new PipePeer();
        await using MprpcClient client = Connect(peer);
        (Func<MprpcClient, Task> call, Func<MprpcClient, Task> callWithoutResult, Func<MprpcClient, Task> notify, string expected) = s_forms[form];

        Task answered = call(client);
        string request = await peer.ReadAsync();
        await peer.SendAsync(Hex.Answer(request, "c003"));
        Task answeredWithoutResult = callWithoutResult(client);
        string withoutResult = await peer.ReadAsync();
        await peer.SendAsync(Hex.Answer(withoutResult, "c003"));
        Task notified = notify(client);
        string notification = await peer.ReadAsync();

        await Task.WhenAll(answered, answeredWithoutResult, notified).WaitAsync(Deadline);
        Assert.Equal($"9400{Hex.Id(Hex.IdOf(request))}a166{expected}", request);
        Assert.Equal($"9400{Hex.Id(Hex.IdOf(withoutResult))}a166{expected}", withoutResult);
        Assert.Equal($"9302a166{expected}", notification);
        peer.Finish();
    }

    [Fact]
    public async Task Call_TokenLastAfterSingleArguments_SaysWhereItBelongs()
    {
        var peer = new PipePeer();
        await using MprpcClient client = Connect(peer);

        var exception = await Assert.ThrowsAsync<ArgumentException>(async () => await client.CallAsync<int>("f", 1, 2, Token));

        Assert.Contains("CallAsync<T>(method, cancellationToken, arguments)", exception.Message, StringComparison.Ordinal);
        Assert.Contains("CallAsync<T>(method, [argument1, argument2], cancellationToken)", exception.Message, StringComparison.Ordinal);
        peer.Finish();
    }

    [Fact]
    public async Task Call_TokenLastIsCancelled_EndsTheWait()
    {
        var peer = new PipePeer();
        await using MprpcClient client = Connect(peer);
        using var source = new CancellationTokenSource();

        Task call = client.CallAsync<int>("f", [1], source.Token).AsTask();
        await peer.ReadAsync();
        await source.CancelAsync();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Deadline));
        Assert.Equal(source.Token, exception.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await client.NotifyAsync("f", [1], source.Token));
        peer.Finish();
    }

    [Fact]
    public async Task Call_NoArray_IsRefusedBeforeAnythingIsSent()
    {
        await using MprpcClient client = Connect(new PipePeer());

        await Assert.ThrowsAsync<ArgumentNullException>(async () => await client.CallAsync<int>("f", null!, Token));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await client.CallAsync("f", null!, Token));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await client.NotifyAsync("f", null!, Token));
        Assert.Equal(MprpcClientState.Disconnected, client.State);
    }

    private static MprpcClient Connect(PipePeer peer)
        => new(new TestDialer((_, _) => Task.FromResult(peer.Transport)), new MprpcClientOptions().Freeze());
}
