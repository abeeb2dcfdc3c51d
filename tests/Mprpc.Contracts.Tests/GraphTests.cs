using System.Globalization;
using MessagePack;
using ChildProcess = Mprpc.Tests.Kit.ChildProcess;

namespace Mprpc.Contracts.Tests;

/// <summary>
/// No value can end a process, also on a thread with a small stack: random graphs of objects, cyclic, deep and endless ones among them, are sent whole or
/// refused, as arguments, results, members, unions, objects and raw values. Where MPRPC_RELIABILITY is "long" 100,000 of them, of which a tenth are in the
/// usual run.
/// </summary>
public sealed class GraphTests
{
    private const int Seed = 20261127;

    private static readonly int Graphs = string.Equals(Environment.GetEnvironmentVariable("MPRPC_RELIABILITY"), "long", StringComparison.OrdinalIgnoreCase)
        ? 100_000
        : 10_000;

    [Theory]
    [InlineData(1024)]
    [InlineData(256)]
    public async Task Graph_AnyOfManyRandomOnes_IsSentWholeOrRefused(int stackKiB)
    {
        int count = Graphs / 2;
        string program = typeof(GraphTests).Assembly.Location;
        string[] arguments = [program, GraphRun.Command, $"{Seed + (stackKiB == 256 ? count : 0)}", $"{count}", $"{stackKiB}"];

        await using ChildProcess child = ChildProcess.Start(
            Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet", arguments);
        await child.WaitForExitAsync(TimeSpan.FromMinutes(15));

        string[] lines = child.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.True(child.ExitCode == 0, $"exit code {child.ExitCode} at graph {lines.LastOrDefault()}: {child.Errors[..Math.Min(child.Errors.Length, 2000)]}");
        string[] summary = lines[^1].Split(' ');
        Assert.Equal(GraphRun.Summary, summary[0]);
        int[] sent = [.. summary[1].Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        int[] refused = [.. summary[2].Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
        Assert.Equal(count, sent.Sum() + refused.Sum());

        // Of each way some are sent, and some refused.
        Assert.All(sent, number => Assert.InRange(number, 10, count));
        Assert.All(refused, number => Assert.InRange(number, 5, count));
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
            catch (Exception exception) when (
                exception is MessagePackSerializationException or MprpcException or MprpcConnectionException or MprpcProtocolException)
            {
                refused++;
            }
        }

        Assert.Equal(5, await host.Client.IntAsync(5).InTime());
        Assert.InRange(refused, 1, 499);
    }
}
