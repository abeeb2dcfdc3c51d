namespace Mprpc.Reliability.Server;

/// <summary>What a peer declares costs it nothing, and must cost the server nothing.</summary>
public sealed class BombTests
{
    private const int Connections = 200;

    [Fact]
    public async Task Bombs_HeldOpenOnTwoHundredConnections_TakeNoMemoryAndAreClosedInTime()
    {
        await using Scenario scenario = await Scenario.StartAsync(
            nameof(Bombs_HeldOpenOnTwoHundredConnections_TakeNoMemoryAndAreClosedInTime), "Mprpc:Limits:PartialMessageTimeout=00:00:02");
        byte[][] bombs =
        [
            // As deep as may be, not ended.
            [.. WireBytes.Request(1, "echo"), 0x91, .. Enumerable.Repeat((byte)0x91, 61)],
            [.. WireBytes.Request(1, "echo"), 0x91, .. Enumerable.Repeat<byte[]>([0xdc, 0x10, 0x00], 60).SelectMany(head => head)],         // deep and wide
            // 4 MiB of bytes, one sent.
            [.. WireBytes.Request(1, "echo"), 0x91, 0xc6, 0x00, 0x3f, 0xff, 0x00, 0x00],
            [.. WireBytes.Request(1, "echo"), 0x91, 0xdb, 0x00, 0x3f, 0xff, 0x00, 0x61],                                                   // text
            [.. WireBytes.Request(1, "echo"), 0x91, 0xdd, 0x00, 0x3f, 0xff, 0x00, 0xc0],                                                   // 4 million elements
            [.. WireBytes.Request(1, "echo"), 0x91, 0xdf, 0x00, 0x1f, 0xff, 0x00, 0xc0],                                                   // 2 million entries
            [.. WireBytes.Request(1, "echo"), 0x91, 0xc9, 0x00, 0x3f, 0xff, 0x00, 0x05, 0x00],                                             // an ext
            [0x94, 0x00, 0x01, 0xdb, 0x00, 0x3f, 0xff, 0x00, 0x61],                                                                   // the method's name
        ];
        List<LoadSocket> sockets = [];

        try
        {
            for (int i = 0; i < Connections; i++)
            {
                LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
                await socket.SendAsync(bombs[i % bombs.Length]);
                sockets.Add(socket);
            }

            await using (RawPeer peer = await scenario.Server.DialAsync())
            {
                await peer.AssertOpenAsync();
            }

            double held = scenario.Server.Figures.RssMiB - scenario.Before.RssMiB;
            long[] received = await Task.WhenAll(sockets.Select(socket => socket.ReceiveToEndAsync())).InTime();

            Assert.All(received, count => Assert.Equal(0, count));
            Assert.InRange(held, double.MinValue, 100);     // 800 MiB were declared
            await scenario.EndAsync($"{Connections} connections that declare 4 MiB each took {held:N0} MiB");
        }
        finally
        {
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    [Theory]
    [InlineData(
        "too deep", "9191919191919191919191919191919191919191919191919191919191919191919191919191919191919191919191919191919191919191919191919191919191919191")]
    [InlineData("too long", "94 00 01 a46563686f 91 c67fffffff")]
    [InlineData("too many elements", "94 00 01 a46563686f 91 ddffffffff")]
    [InlineData("too many entries", "94 00 01 a46563686f 91 dfffffffff")]
    public async Task Bomb_BeyondALimit_IsRefusedAtItsHead(string kind, string bomb)
    {
        await using Scenario scenario = await Scenario.StartAsync($"{nameof(Bomb_BeyondALimit_IsRefusedAtItsHead)}, {kind}");
        byte[] bytes = Hex.Bytes(bomb);
        int lines = await scenario.Server.AskAsync<int>("lines");

        for (int i = 0; i < Connections; i++)
        {
            using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
            await socket.SendAsync(bytes);
            Assert.Equal(0, await socket.ReceiveToEndAsync());
        }

        Assert.InRange(await scenario.Server.AskAsync<int>("lines") - lines, 1, Connections);
        await scenario.EndAsync($"{Connections} connections closed");
    }

    [Fact]
    public async Task EveryType_InEveryPositionOfTheEnvelope_IsAnsweredOrEndsTheConnection()
    {
        await using Scenario scenario = await Scenario.StartAsync(nameof(EveryType_InEveryPositionOfTheEnvelope_IsAnsweredOrEndsTheConnection));
        List<byte[]> values = [.. Types.Select(Hex.Bytes)];
        int answered = 0;
        int closed = 0;

        foreach (byte[] value in values)
        {
            byte[][] messages =
            [
                value,
                [0x94, .. value, 0x01, .. WireBytes.Text("sum"), 0x92, 0x01, 0x02],
                [0x94, 0x00, .. value, .. WireBytes.Text("sum"), 0x92, 0x01, 0x02],
                [0x94, 0x00, 0x01, .. value, 0x92, 0x01, 0x02],
                [0x94, 0x00, 0x01, .. WireBytes.Text("sum"), .. value],
                [0x94, 0x00, 0x01, .. WireBytes.Text("sum"), 0x92, .. value, 0x02],
                [0x94, 0x00, 0x01, .. WireBytes.Text("echo"), 0x91, .. value],
                [0x94, 0x01, .. value, 0xc0, 0x01],
                [0x94, 0x01, 0x01, .. value, 0x01],
                [0x94, 0x01, 0x01, 0xc0, .. value],
                [0x93, 0x02, .. value, 0x90],
                [0x93, 0x02, .. WireBytes.Text("notify"), .. value],
                [0x93, 0x02, .. WireBytes.Text("notify"), 0x91, .. value],
            ];

            foreach (byte[] message in messages)
            {
                using LoadSocket socket = await LoadSocket.DialAsync(scenario.Server.EndPoint);
                using var received = new MemoryStream();

                // A call behind it: where the message is accepted, that is answered; where not, the connection ends.
                await socket.SendAsync((byte[])[.. message, .. Hex.Bytes("94 00 cd7a7a SUM")]);
                socket.FinishSending();
                await socket.CopyToAnyEndAsync(received);
                bool goesOn = Hex.Text(received.ToArray()).Contains("9401cd7a7ac003", StringComparison.Ordinal);
                answered += goesOn ? 1 : 0;
                closed += goesOn ? 0 : 1;
            }
        }

        Assert.True(answered > closed && closed > 0, $"{answered} messages were accepted, {closed} not.");
        await scenario.EndAsync($"{values.Count} values in 13 positions: {answered} accepted or answered, {closed} ended their connection");
    }

    // One of each MessagePack format, and of the boundaries within one.
    private static readonly string[] Types =
    [
        "00", "7f", "80", "81a16101", "90", "9101", "9401020304", "a0", "a161", "bf"
            + "61616161616161616161616161616161616161616161616161616161616161", "c0", "c1", "c2", "c3",
        "c400", "c40100", "c5000100", "c60000000100", "c7000500", "c70105ff", "c800010500", "c9000000010500", "ca3f800000", "cb3ff0000000000000", "cc00",
        "ccff", "cd0000", "cdffff",
        "ce00000000", "ceffffffff", "cf0000000000000000", "cfffffffffffffffff", "d000", "d080", "d10000", "d18000", "d200000000", "d280000000",
        "d30000000000000000", "d38000000000000000",
        "d40100", "d4ff00", "d5010000", "d60100000000", "d6ff00000000", "d7010000000000000000", "d7ff0000000000000000", "d801"
            + "00000000000000000000000000000000", "d900", "d90161", "da000161",
        "db0000000161", "dc0000", "dc000101", "dd00000000", "dd0000000101", "de0000", "de0001a16101", "df00000000", "df00000001a16101", "e0", "ff",
    ];
}
