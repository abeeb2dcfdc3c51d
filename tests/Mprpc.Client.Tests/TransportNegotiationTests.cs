using System.Net.Security;

namespace Mprpc.Client.Tests;

/// <summary>What a client makes of the name of the protocol that TLS or a WebSocket agrees on (docs/protocol.md 10.12), with servers of other makes.</summary>
public sealed class TransportNegotiationTests
{
    private const string Sum = "a373756d920102";

    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Theory]
    [InlineData(MprpcExtensions.WhenUsed)]
    [InlineData(MprpcExtensions.Always)]
    public async Task Tls_ServerChoosesMprpc1_IsGreetedFirst(MprpcExtensions mode)
    {
        await using NegotiatingServer server = NegotiatingServer.OverTls(["mprpc.1", "mprpc"], Knows);
        await using MprpcClient client = server.CreateClient(mode);

        Assert.Equal(3, await SumAsync(client));

        Assert.True(Hex.IsHello(server.Messages[0]));
        Assert.Equal(["940001" + Sum], server.Messages[1..]);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(MprpcExtensions.Never, new[] { "mprpc.1", "mprpc" }, 0, 1)]
    [InlineData(MprpcExtensions.Never, new[] { "mprpc" }, 0, 1)]
    [InlineData(MprpcExtensions.Never, new string[0], 0, 1)]
    [InlineData(MprpcExtensions.Never, new[] { "h2", "http/1.1" }, 0, 2)]
    [InlineData(MprpcExtensions.Never, new[] { "mprpc.1" }, 0, 2)]
    [InlineData(MprpcExtensions.WhenUsed, new[] { "mprpc" }, 0, 1)]
    [InlineData(MprpcExtensions.WhenUsed, new string[0], 0, 1)]
    [InlineData(MprpcExtensions.WhenUsed, new[] { "h2", "http/1.1" }, 0, 2)]
    [InlineData(MprpcExtensions.Always, new[] { "mprpc" }, 1, 1)]
    [InlineData(MprpcExtensions.Always, new string[0], 1, 1)]
    [InlineData(MprpcExtensions.Always, new[] { "h2", "http/1.1" }, 1, 2)]
    public async Task Tls_ServerWithoutThem_IsCalledAsBefore(MprpcExtensions mode, string[] names, int hellos, int connections)
    {
        await using NegotiatingServer server = NegotiatingServer.OverTls(names, IsPlain);
        await using MprpcClient client = server.CreateClient(mode);

        Assert.Equal(3, await SumAsync(client));

        Assert.Equal(hellos, server.Messages.Count(Hex.IsHello));
        Assert.EndsWith(Sum, server.Messages[^1], StringComparison.Ordinal);
        Assert.Equal(connections, server.Connections);
    }

    [Fact]
    public async Task Tls_ServerRefusesTheNames_IsOfferedNoneFromThenOn()
    {
        await using NegotiatingServer server = NegotiatingServer.OverTls(["h2"], IsPlain);
        await using MprpcClient client = server.CreateClient(MprpcExtensions.WhenUsed, options => options.MaxCallsPerConnection = 1);

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(3, await SumAsync(client));
        }

        Assert.Equal(4, server.Connections);
    }

    [Theory]
    [InlineData(MprpcExtensions.WhenUsed, "refuses '$/hello': no")]
    [InlineData(MprpcExtensions.Always, "refuses '$/hello': no")]
    [InlineData(MprpcExtensions.WhenUsed, "cannot be read")]
    [InlineData(MprpcExtensions.WhenUsed, "has ended the connection")]
    [InlineData(MprpcExtensions.Always, "has ended the connection")]
    public async Task Tls_ServerChoosesMprpc1AndDoesNotGreet_IsAnErrorAndNothingIsSent(MprpcExtensions mode, string expected)
    {
        await using NegotiatingServer server = NegotiatingServer.OverTls(
            ["mprpc.1", "mprpc"],
            _ => expected[0] == 'r' ? "a26e6fc0" : expected[0] == 'c' ? "c003" : null);     // refuses, answers with 3, or closes
        await using MprpcClient client = server.CreateClient(mode);

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => SumAsync(client));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        Assert.Contains("'mprpc.1'", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.RequestWasSent);
        Assert.Single(server.Messages);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Tls_ProtocolsOfTheApplication_AreOfferedInPlaceOfOurs()
    {
        await using NegotiatingServer server = NegotiatingServer.OverTls(["mprpc.1", "other"], IsPlain);
        await using MprpcClient client = server.CreateClient(
            MprpcExtensions.WhenUsed,
            options => options.Tls!.ApplicationProtocols = [new SslApplicationProtocol("other")]);

        Assert.Equal(3, await SumAsync(client));

        Assert.Equal(["940000" + Sum], server.Messages);
    }

    [Theory]
    [InlineData(MprpcExtensions.Never, "mprpc", 0)]
    [InlineData(MprpcExtensions.WhenUsed, "mprpc.1, mprpc", 1)]
    [InlineData(MprpcExtensions.Always, "mprpc.1, mprpc", 1)]
    public async Task WebSocket_ServerKnowsThem_IsGreetedFirst(MprpcExtensions mode, string offer, int hellos)
    {
        await using NegotiatingServer server = NegotiatingServer.OverWebSocket(offered => offered.Contains("mprpc.1") ? "mprpc.1" : "mprpc", Knows);
        await using MprpcClient client = server.CreateClient(mode);

        Assert.Equal(3, await SumAsync(client));

        Assert.Equal([offer], server.Offers);
        Assert.Equal(hellos, server.Messages.TakeWhile(Hex.IsHello).Count());
        Assert.Equal(hellos + 1, server.Messages.Length);
    }

    [Theory]
    [InlineData(MprpcExtensions.Never, "mprpc", 0)]
    [InlineData(MprpcExtensions.Never, null, 0)]
    [InlineData(MprpcExtensions.WhenUsed, "mprpc", 0)]
    [InlineData(MprpcExtensions.WhenUsed, null, 0)]
    [InlineData(MprpcExtensions.Always, "mprpc", 1)]
    [InlineData(MprpcExtensions.Always, null, 1)]
    public async Task WebSocket_ServerWithoutThem_IsCalledAsBefore(MprpcExtensions mode, string? chosen, int hellos)
    {
        await using NegotiatingServer server = NegotiatingServer.OverWebSocket(_ => chosen, IsPlain);
        await using MprpcClient client = server.CreateClient(mode);

        Assert.Equal(3, await SumAsync(client));

        Assert.Equal(hellos, server.Messages.Count(Hex.IsHello));
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(MprpcExtensions.WhenUsed, false)]
    [InlineData(MprpcExtensions.WhenUsed, true)]
    [InlineData(MprpcExtensions.Always, false)]
    [InlineData(MprpcExtensions.Always, true)]
    public async Task WebSocket_ServerChoosesWhateverComesFirst_IsTakenForPlain(MprpcExtensions mode, bool closes)
    {
        await using NegotiatingServer server = NegotiatingServer.OverWebSocket(
            offered => offered[0],
            message => Hex.IsHello(message) && closes ? null : IsPlain(message));
        await using MprpcClient client = server.CreateClient(mode);

        Assert.Equal(3, await SumAsync(client));
        Assert.Equal(3, await SumAsync(client));

        Assert.Equal(closes ? 2 : 1, server.Messages.Count(Hex.IsHello));
        Assert.Equal(closes ? 3 : 1, server.Connections);
    }

    [Theory]
    [InlineData(MprpcExtensions.Never, "")]
    [InlineData(MprpcExtensions.Never, "other")]
    [InlineData(MprpcExtensions.WhenUsed, "")]
    [InlineData(MprpcExtensions.WhenUsed, "other")]
    [InlineData(MprpcExtensions.Always, "")]
    [InlineData(MprpcExtensions.Always, "other")]
    public async Task WebSocket_ServerRefusesTheNames_IsOfferedNoneFromThenOn(MprpcExtensions mode, string answer)
    {
        await using NegotiatingServer server = NegotiatingServer.OverWebSocket(offered => offered.Length > 0 ? answer : null, IsPlain);
        await using MprpcClient client = server.CreateClient(mode, options => options.MaxCallsPerConnection = 1);

        Assert.Equal(3, await SumAsync(client));
        Assert.Equal(3, await SumAsync(client));

        Assert.Equal([mode == MprpcExtensions.Never ? "mprpc" : "mprpc.1, mprpc", "", ""], server.Offers);
    }

    [Fact]
    public async Task WebSocket_NamesOfTheApplication_AreOfferedFirst()
    {
        await using NegotiatingServer server = NegotiatingServer.OverWebSocket(offered => offered[0], IsPlain);
        await using MprpcClient client = server.CreateClient(MprpcExtensions.WhenUsed, options => options.ConfigureWebSocket = socket =>
        {
            socket.AddSubProtocol("binary");
            socket.AddSubProtocol("mprpc");
        });

        Assert.Equal(3, await SumAsync(client));

        Assert.Equal(["binary, mprpc, mprpc.1"], server.Offers);
        Assert.Equal(["940000" + Sum], server.Messages);
    }

    private static Task<int> SumAsync(MprpcClient client) => client.CallAsync<int>("sum", 1, 2).AsTask().WaitAsync(Deadline);

    /// <summary>[1, {"meta": 8192, "ping": true}] to a hello, 3 to all else.</summary>
    private static string Knows(string message) => Hex.IsHello(message) ? "c09201 82a46d657461cd2000a470696e67c3" : "c003";

    private static string IsPlain(string message) => Hex.IsHello(message) ? "a26e6fc0" : "c003";
}
