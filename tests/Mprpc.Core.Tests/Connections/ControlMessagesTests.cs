using Mprpc.Connections;
using Mprpc.Tests.Kit;

namespace Mprpc.Core.Tests.Connections;

/// <summary><c>$/hello</c>, <c>$/ping</c>, and what becomes of errors and answers after the one.</summary>
public sealed class ControlMessagesTests
{
    // errors: map, size: 4 MiB, calls: 100, meta: 8,192, ping
    private const string Offer = "87a66572726f7273a36d6170a473697a65ce00400000a563616c6c7364a773747265616d7364a4666565649240cd4000a46d657461cd2000a470696e67c3";

    [Theory]
    [InlineData("9201 82a563616c6c7364a6676f61776179c3")]       // X1
    [InlineData("9202 80")]     // X2
    [InlineData("9201 81a3666f6f01")]       // X3
    [InlineData("92cfffffffffffffffff 80")]
    [InlineData("9201 de0000")]
    [InlineData("9201 df00000001 c0c0")]
    [InlineData("9201 8290c0 82c0c0c0c0 91c0")]
    [InlineData("9201 86a473697a65a178a563616c6c73c3a46d6574612fa670696e67676fc0a6676f6177617901a66572726f727301")]
    [InlineData("9201 81a473697a65cfffffffffffffffff")]
    [InlineData("9201 81a473697a65ff")]
    [InlineData("dc0002 01 80")]
    [InlineData("dd00000002 d30000000000000001 80")]
    public async Task Hello_OfAnyOffer_IsAnsweredWithOurs(string parameters)
    {
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Request(0, "$/hello", parameters));

        Assert.Equal($"940100c09201{Offer}", await peer.Peer.ReadAsync());
        await peer.Peer.AssertNothingElseAsync();
    }

    [Theory]
    [InlineData("90")]
    [InlineData("9101")]
    [InlineData("930180c0")]
    [InlineData("920080")]      // X6
    [InlineData("92ff80")]
    [InlineData("92cb3ff000000000000080")]
    [InlineData("92a13180")]
    [InlineData("920190")]
    [InlineData("9201c0")]
    [InlineData("80")]
    [InlineData("c0")]
    public async Task Hello_WithOtherParams_IsAnErrorAndThePeerStaysPlain(string parameters)
    {
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Request(3, "$/hello", parameters));
        (long id, string? error) = await peer.ReadAsync();

        Assert.Equal(3, id);
        Assert.Contains("'$/hello'", error, StringComparison.Ordinal);
        Assert.Null(peer.Peer.Connection.Peer);
    }

    [Fact]
    public async Task Hello_SaidAgain_IsAnErrorAndTheFirstCounts()
    {
        // X4
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Hello(0, "81a66572726f7273a36d6170"), ControlBytes.Hello(1));
        await peer.Peer.ReadAsync();
        (long id, string? error) = await peer.ReadAsync();

        Assert.Equal(1, id);
        Assert.Contains("has said '$/hello' before", error, StringComparison.Ordinal);
        Assert.True(peer.Peer.Connection.Peer!.ErrorsAsMap);
    }

    [Fact]
    public async Task Hello_AsNotification_IsIgnored()
    {
        // X5
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Notification("$/hello", "920180"));
        await peer.Peer.AssertNothingElseAsync();

        Assert.Null(peer.Peer.Connection.Peer);
    }

    [Theory]
    [InlineData("$/hello", "920180")]
    [InlineData("$/ping", "90")]
    [InlineData("$/call", "9380a3636e7490")]
    public async Task Extensions_WhereTheyAreOff_AreUnknownMethods(string method, string parameters)
    {
        // X8
        await using var peer = new ControlledPeer(extensions: false);

        await peer.SendAsync(ControlBytes.Request(4, method, parameters));
        string answer = await peer.Peer.ReadAsync();
        await peer.SendAsync(ControlBytes.Request(4, "$/foo", parameters));
        string unknown = await peer.Peer.ReadAsync();

        Assert.Equal((4, $"Method '{method}' not found."), ControlBytes.Read(answer));
        Assert.Equal((4, "Method '$/foo' not found."), ControlBytes.Read(unknown));
    }

    [Fact]
    public async Task Cancel_WhereExtensionsAreOff_IsIgnoredAndMethodsHaveTheConnectionsToken()
    {
        await using var peer = new ControlledPeer(extensions: false);

        await peer.SendAsync(ControlBytes.Request(5, "stubborn"), ControlBytes.Cancel(5), ControlBytes.CallNotification("c0", "count"));
        await peer.EnteredAsync();
        await peer.SendAsync(ControlBytes.Request(6, "sum", "920102"));
        string answer = await peer.Peer.ReadAsync();

        Assert.Equal("940106c003", answer);
        Assert.Equal((1, 0), (peer.Service.Begun, peer.Service.Cancellations));
        Assert.Equal(peer.Peer.Connection.Closed, peer.Service.Token);
    }

    [Theory]
    [InlineData(MprpcErrorShape.Message)]
    [InlineData(MprpcErrorShape.CodeAndMessage)]
    [InlineData(MprpcErrorShape.CodeWithMessageAsResult)]
    [InlineData(MprpcErrorShape.Number)]
    [InlineData(MprpcErrorShape.Map)]
    public async Task Errors_AfterAHelloThatTakesMaps_AreMapsWhateverTheListenersShape(MprpcErrorShape shape)
    {
        await using var peer = new ControlledPeer(errors: shape);
        await peer.SendAsync(ControlBytes.Request(5, "stubborn"), ControlBytes.Hello(0, $"81{ControlBytes.Text("errors")}{ControlBytes.Text("map")}"));
        await peer.Peer.ReadAsync();

        await peer.SendAsync(
            ControlBytes.Request(1, "fail"),
            ControlBytes.Request(2, "nope"),
            ControlBytes.Request(3, "sum", "9101"),
            ControlBytes.Call(4, ControlBytes.Timeout(0), "sum", "920102"),
            ControlBytes.Request(6, "wait"),
            ControlBytes.Cancel(6));
        List<(long Id, string? Error)> answers = [];

        for (int i = 0; i < 5; i++)
        {
            answers.Add(await peer.ReadAsync());
        }

        Assert.Equal("{\"message\":\"boom\",\"code\":\"the_code\",\"data\":5}", answers.Single(answer => answer.Id == 1).Error);
        Assert.Contains("\"unknown_method\"", answers.Single(answer => answer.Id == 2).Error, StringComparison.Ordinal);
        Assert.All(answers, answer => Assert.StartsWith("{\"message\":", answer.Error, StringComparison.Ordinal));
        Assert.Contains("\"code\":\"timeout\"", answers.Single(answer => answer.Id == 4).Error, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"cancelled\"", answers.Single(answer => answer.Id == 6).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00", 3000, null)]      // it has not said
    [InlineData("01", 3000, 1024)]
    [InlineData("cd0800", 3000, 2048)]
    [InlineData("cd0800", 2000, null)]
    [InlineData("cfffffffffffffffff", 3000, null)]
    [InlineData("ff", 3000, null)]
    public async Task Answer_LargerThanThePeerTakes_IsAnErrorWithBothSizes(string size, int bytes, int? limit)
    {
        await using var peer = new ControlledPeer();
        await peer.SendAsync(ControlBytes.Hello(0, $"81{ControlBytes.Text("size")}{size}"));
        await peer.Peer.ReadAsync();

        await peer.SendAsync(ControlBytes.Request(5, "large", $"91cd{bytes:x4}"));
        (long id, string? error) = await peer.ReadAsync();
        await peer.Peer.AssertNothingElseAsync();

        string expected = $"^too_large: The answer of method 'large' has (at least )?{bytes + 7:N0} bytes; {limit:N0} may be sent\\. "
            + "Ask for less at a time, or say with '\\$/hello' that you take more\\.$";
        Assert.Equal(5, id);
        Assert.Equal(limit is null, error is null);
        Assert.Matches(limit is null ? "^$" : expected, error ?? "");
    }

    [Theory]
    [InlineData("90")]
    [InlineData("c0")]
    [InlineData("9101")]
    [InlineData("80")]
    public async Task Ping_OfAnyParams_IsAnsweredWithNil(string parameters)
    {
        await using var peer = new ControlledPeer();

        await peer.SendAsync(ControlBytes.Request(10, "$/ping", parameters), ControlBytes.Notification("$/ping"));

        Assert.Equal("94010ac0c0", await peer.Peer.ReadAsync());
        await peer.Peer.AssertNothingElseAsync();
    }

    [Fact]
    public async Task Ping_WhileAMethodHoldsTheLoopUpAndAllPlacesAreTaken_IsAnswered()
    {
        // X61
        await using var peer = new ControlledPeer(maxRunningCalls: 1);

        await peer.SendAsync(ControlBytes.Request(1, "hold"), ControlBytes.Request(2, "sum", "920102"), ControlBytes.Request(10, "$/ping"),
            ControlBytes.Hello(11));
        string pong = await peer.Peer.ReadAsync();
        (long hello, string? none) = await peer.ReadAsync();

        Assert.Equal("94010ac0c0", pong);
        Assert.Equal((11, null), (hello, none));
    }

    [Fact]
    public async Task Ping_OfAPeerThatReadsNothing_IsBoundedByTheUnsentAnswers()
    {
        // X36b
        var full = new System.IO.Pipelines.Pipe(new System.IO.Pipelines.PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        var limits = new ConnectionLimits(4 * 1024 * 1024, 64, 100, "Options") { MaxUnsentAnswerBytes = 16 * 1024 };
        await using var peer = new InMemoryConnection(
            () => InMemoryConnection.DispatcherOf(new ControlledService()), output: full.Writer, limits: limits);
        byte[] pings = Hex.Bytes(string.Concat(Enumerable.Repeat(ControlBytes.Request(10, "$/ping"), 1000)));

        for (int i = 0; i < 100; i++)
        {
            await peer.SendAsync(pings);
        }

        (long unsent, int same) = (0, 0);
        await Bounded.Until(
            () =>
            {
                long now = peer.Connection.RunningCalls.Unsent;
                (unsent, same) = (now, now == unsent ? same + 1 : 0);
                return peer.Connection.IsOverUnsentBound && same > 100;
            },
            "the bound of unsent answers");

        // What is answered within one read is small.
        Assert.InRange(peer.Connection.RunningCalls.Unsent, 0, limits.MaxUnsentAnswerBytes + (128 * 1024));
    }
}
