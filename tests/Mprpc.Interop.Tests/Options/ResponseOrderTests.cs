using Mprpc.Conformance.Wire;
using Mprpc.Interop.Tests.Conformance;

namespace Mprpc.Interop.Tests.Options;

/// <summary>docs/protocol.md 3.1, over sockets.</summary>
public sealed class ResponseOrderTests(ConformanceServer server)
{
    // A slow call, a quick one, a slow one, a quick one: msgids 1 to 4.
    private const string Requests = "94 00 01 a4 \"slow\" 91 cc c8 94 00 02 SUM 94 00 03 a4 \"slow\" 91 64 94 00 04 SUM";

    [Fact]
    public async Task InOrder_QuickCallsBetweenSlowOnes_AreAnsweredAsTheyCame()
    {
        string[] answers = await AnswersAsync(MprpcResponseOrder.InOrder, [Requests], 4);

        Assert.Equal(["940101c0ccc8", "940102c003", "940103c064", "940104c003"], answers);
    }

    [Fact]
    public async Task InOrder_RequestsThatAllHaveMsgidZero_AreToldApartByTheirPlace()
    {
        // PHP's clients
        string[] answers = await AnswersAsync(
            MprpcResponseOrder.InOrder, ["94 00 00 a4 \"slow\" 91 64 94 00 00 SUM 94 00 00 a6 \"nosuch\" 90 94 00 00 ECHO 07"], 4);

        Assert.Equal(["940100c064", "940100c003"], answers[..2]);
        Assert.DoesNotMatch("^940100c0", answers[2]);
        Assert.Equal("940100c007", answers[3]);
    }

    [Fact]
    public async Task LastInFirstOut_SlowCallsLast_HoldTheEarlierAnswersBack()
    {
        string[] answers = await AnswersAsync(
            MprpcResponseOrder.LastInFirstOut, ["94 00 01 a4 \"slow\" 91 32 94 00 02 a4 \"slow\" 91 64 94 00 03 a4 \"slow\" 91 cc c8"], 3);

        Assert.Equal(["940103c0ccc8", "940102c064", "940101c032"], answers);
    }

    [Fact]
    public async Task LastInFirstOut_NothingInFlight_AnswersAtOnce()
    {
        string[] answers = await AnswersAsync(MprpcResponseOrder.LastInFirstOut, ["94 00 01 SUM", "94 00 02 a4 \"slow\" 91 0a", "94 00 03 SUM"], 1);

        Assert.Equal(["940101c003", "940102c00a", "940103c003"], answers);
    }

    /// <summary>Sends each batch when the one before it has its answers.</summary>
    private async Task<string[]> AnswersAsync(MprpcResponseOrder order, string[] batches, int answersEach)
    {
        using WireSocket socket = await WireSocket.ConnectAsync(server.EndpointOf(order), CancellationToken.None);
        var answers = new List<string>();

        foreach (byte[] batch in batches.Select(Hex.Parse))
        {
            await socket.SendAsync(batch, [batch.Length], CancellationToken.None);

            for (int i = 0; i < answersEach; i++)
            {
                answers.Add((await socket.ReadAsync(Bounded.Time))?.ToString() ?? "close");
            }
        }

        return [.. answers];
    }
}
