using System.Globalization;
using MessagePack;
using ChildProcess = Mprpc.Tests.Kit.ChildProcess;

namespace Mprpc.Contracts.Tests;

/// <summary>No value can end a process, also on a thread with a small stack: 100,000 random graphs of objects, cyclic and deep ones among them, are sent whole or refused.</summary>
public sealed class GraphTests
{
    private const int Graphs = 100_000;
    private const int Seed = 20261127;

    [Theory]
    [InlineData(1024)]
    [InlineData(256)]
    public async Task Graph_AnyOfManyRandomOnes_IsWrittenWholeOrRefused(int stackKiB)
    {
        string program = typeof(GraphTests).Assembly.Location;
        string[] arguments = [program, GraphRun.Command, $"{Seed}", $"{Graphs / 2}", $"{stackKiB}"];

        await using ChildProcess child = ChildProcess.Start(Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet", arguments);
        await child.WaitForExitAsync(TimeSpan.FromMinutes(3));

        string[] lines = child.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.True(child.ExitCode == 0, $"exit code {child.ExitCode} at graph {lines.LastOrDefault()}: {child.Errors[..Math.Min(child.Errors.Length, 2000)]}");
        string[] summary = lines[^1].Split(' ');
        Assert.Equal(GraphRun.Summary, summary[0]);
        Assert.InRange(int.Parse(summary[1], CultureInfo.InvariantCulture), Graphs / 4, (Graphs / 2) - 1000);
        Assert.InRange(int.Parse(summary[2], CultureInfo.InvariantCulture), 1000, Graphs / 4);
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
