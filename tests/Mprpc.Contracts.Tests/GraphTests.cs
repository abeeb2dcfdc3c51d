using System.Globalization;
using MessagePack;

namespace Mprpc.Contracts.Tests;

/// <summary>No value can end a process: 100,000 random graphs of objects, cyclic and deep ones among them, are sent whole or refused.</summary>
public sealed class GraphTests
{
    private const int Graphs = 100_000;
    private const int Seed = 20261127;

    [Fact]
    public void Graph_AnyOfManyRandomOnes_IsWrittenWholeOrRefused()
    {
        var random = new Random(Seed);
        int written = 0;
        int refused = 0;

        for (int i = 0; i < Graphs; i++)
        {
            object? graph = new GraphMaker(random).Make();

            try
            {
                MprpcRaw raw = MprpcRaw.From(graph);

                // Whole: it can be read over, and nothing is left.
                var reader = new MessagePackReader(raw.Memory);
                reader.Skip();
                Assert.True(reader.End, string.Create(CultureInfo.InvariantCulture, $"graph {i}"));
                written++;
            }
            catch (MessagePackSerializationException)
            {
                refused++;
            }
        }

        Assert.InRange(written, Graphs / 2, Graphs - 1000);
        Assert.InRange(refused, 1000, Graphs / 2);
    }

    [Fact]
    public async Task Graph_SentThroughACall_LeavesConnectionAndProcessAlive()
    {
        await using var host = await ContractHost<IKinds>.StartAsync<Kinds>();
        var random = new Random(Seed);
        int refused = 0;

        for (int i = 0; i < 500; i++)
        {
            object? graph = new GraphMaker(random).Make();

            try
            {
                await host.Client.AnyAsync(graph).InTime();
            }
            catch (Exception exception) when (exception is MessagePackSerializationException or MprpcException or MprpcConnectionException or MprpcProtocolException)
            {
                refused++;
            }
        }

        Assert.Equal(5, await host.Client.IntAsync(5).InTime());
        Assert.InRange(refused, 1, 499);
    }
}
