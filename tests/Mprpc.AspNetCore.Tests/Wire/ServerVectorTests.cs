using System.Security.Cryptography;

namespace Mprpc.AspNetCore.Tests.Wire;

/// <summary>Each vector over a real socket, whole and in pieces: how a stream is cut means nothing (docs/protocol.md 1.1).</summary>
public sealed class ServerVectorTests(ServerVectorTests.Server server) : IClassFixture<ServerVectorTests.Server>
{
    public static TheoryData<string> Cases => [.. ServerVectors.All.Select(vector => vector.Case)];

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Input_Whole_IsAnsweredAsTheTableSays(string name)
    {
        ServerVector vector = ServerVectors.Find(name);

        return DriveAsync(vector, [vector.Bytes]);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Input_ByteByByte_IsAnsweredAsTheTableSays(string name)
    {
        ServerVector vector = ServerVectors.Find(name);

        return DriveAsync(vector, vector.Bytes.Select(b => new ReadOnlyMemory<byte>([b])));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Input_CutInTwoAtEachOffset_IsAnsweredAsTheTableSays(string name)
    {
        ServerVector vector = ServerVectors.Find(name);
        byte[] bytes = vector.Bytes;

        for (int cut = 1; cut < bytes.Length; cut++)
        {
            await DriveAsync(vector, [bytes.AsMemory(0, cut), bytes.AsMemory(cut)]);
        }
    }

    [Fact]
    public async Task S15_OneAndAHalfRequests_FirstIsAnsweredBeforeTheRestComes()
    {
        await using RawPeer peer = await server.Host.DialAsync();

        await peer.SendAsync("94 00 01 SUM 94 00 02 a373");
        string first = await peer.ReadMessageAsync();
        await peer.SendAsync("756d 92 01 02");
        string second = await peer.ReadMessageAsync();

        Assert.Equal("940101c003", first);
        Assert.Equal("940102c003", second);
    }

    [Fact]
    public async Task S53_OneMebibyteOfBin_ComesBackIntact()
    {
        byte[] body = RandomNumberGenerator.GetBytes(1024 * 1024);
        byte[] request = [.. Hex.Bytes("94 00 01 a46563686f 91 c600100000"), .. body];
        await using RawPeer peer = await server.Host.DialAsync();

        Task sending = peer.SendPiecesAsync(request.Chunk(9_999).Select(piece => new ReadOnlyMemory<byte>(piece)));
        string answer = await peer.ReadMessageAsync();
        await sending;

        Assert.Equal("940101c0c600100000" + Hex.Text(body), answer);
        await peer.AssertOpenAsync();
    }

    [Fact]
    public async Task Input_OfSixteenThousandRequestsAtOnce_AllAreAnswered()
    {
        const int Count = 16_000;
        byte[] request = Hex.Bytes("94 00 01 SUM");
        await using RawPeer peer = await server.Host.DialAsync();

        Task sending = peer.SendAsync(Enumerable.Repeat(request, Count).SelectMany(bytes => bytes).ToArray());
        List<string> answers = await peer.ReadMessagesAsync(Count);
        await sending;

        Assert.All(answers, answer => Assert.Equal("940101c003", answer));
        await peer.AssertOpenAsync();
    }

    private async Task DriveAsync(ServerVector vector, IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        await using RawPeer peer = await server.Host.DialAsync();

        // The server may close before all pieces are sent: at the byte that breaks the protocol.
        Task sending = peer.SendPiecesAsync(pieces);

        if (vector.End != After.Closed)
        {
            await sending;
        }

        if (vector.End == After.PeerFinished)
        {
            peer.FinishSending();
        }

        List<string> answers = [];

        if (vector.Then is not null)
        {
            answers.Add(await peer.ReadMessageAsync());
            await peer.SendAsync(vector.Then);
        }

        answers.AddRange(await peer.ReadMessagesAsync(vector.Output.Length - answers.Count));

        if (vector.Then is null)
        {
            // As completed (docs/protocol.md 3.1): a thread that loses its time slice between two calls may answer the first of them last.
            answers.Sort(StringComparer.Ordinal);
        }

        foreach ((string expected, string answer) in vector.Output.Zip(answers))
        {
            MessagePattern.AssertMatches(expected, answer);
        }

        if (vector.End == After.Open)
        {
            await peer.AssertOpenAsync();
            return;
        }

        // Where it closes on bytes that are still on their way, the system sends RST.
        string rest = vector.End == After.PeerFinished ? await peer.ReadToEndAsync() : await peer.ReadToAnyEndAsync();
        Assert.Equal("", rest);
        await sending.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    public sealed class Server : IAsyncLifetime
    {
        internal RpcHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await RpcHost.StartAsync<VectorService>();

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
