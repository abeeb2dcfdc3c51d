using System.Globalization;
using System.Text;
using MessagePack;
using MessagePack.Resolvers;
using Mprpc.AspNetCore;
using Mprpc.Client;

namespace Mprpc.Contracts.Tests.Kit;

/// <summary>
/// Sends random graphs every way there is, in a process of its own: an overflowing stack ends it, and the last line that it has written names the graph.
/// </summary>
internal sealed class GraphRun(IGraphs client, MprpcClient untyped)
{
    public const string Command = "graphs";
    public const string Summary = "all";

    // Small, so that shared graphs, and those without an end, are soon beyond it.
    private const int MostBytes = 256 * 1024;
    private const int Ways = 11;

    private static readonly MprpcSerializerOptions ByMessagePack = new(ContractlessStandardResolver.Instance);

    /// <param name="arguments">The first seed, how many graphs, and the size of the stack in KiB.</param>
    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        int first = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        int count = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        int stack = int.Parse(arguments[2], CultureInfo.InvariantCulture) * 1024;
        await using var host = await ContractHost<IGraphs>.StartAsync(
            app => app.MapMprpcService<Graphs>(0),
            services => services.AddSingleton<Graphs>().Configure<MprpcServerOptions>(options => options.Limits.MaxSendMessageSize = MostBytes));
        await using var untyped = new MprpcClient($"tcp://{host.Address}", new MprpcClientOptions { MaxSendMessageSize = MostBytes });
        var run = new GraphRun(untyped.As<IGraphs>(), untyped);
        int exitCode = 1;
        var thread = new Thread(() => exitCode = run.SendAll(first, count), stack);
        thread.Start();
        thread.Join();
        return exitCode;
    }

    private int SendAll(int first, int count)
    {
        int[] sent = new int[Ways];
        int[] refused = new int[Ways];
        using Stream output = Console.OpenStandardOutput();

        for (int seed = first; seed < first + count; seed++)
        {
            output.Write(Encoding.ASCII.GetBytes($"{seed}\n"));

            try
            {
                Send(seed, seed % Ways);
                sent[seed % Ways]++;
            }
            catch (Exception exception) when (exception is MessagePackSerializationException or MprpcRemoteException)
            {
                refused[seed % Ways]++;
            }
        }

        // The connection has lived through all of them.
        bool lives = client.NextAsync(1).GetAwaiter().GetResult() == 2;
        Console.WriteLine($"{Summary} {string.Join(',', sent)} {string.Join(',', refused)}");
        return lives ? 0 : 1;
    }

    private void Send(int seed, int way)
    {
        switch (way)
        {
            case 0:
                CheckWhole(MprpcRaw.From(Graphs.Of(seed), maxSize: MostBytes));
                break;
            case 1:
                CheckWhole(MprpcRaw.From(Graphs.Of(seed), ByMessagePack, MostBytes));
                break;
            case 2:
                CheckWhole(MprpcRaw.From(Hold.Of(Graphs.Of(seed), seed), maxSize: MostBytes));
                break;
            case 3:
                CheckWhole(MprpcRaw.From(Graphs.GrownOf(seed), maxSize: MostBytes));
                break;
            case 4:
                Await(client.TakeAnyAsync(Graphs.Of(seed)));
                break;
            case 5:
                Await(client.TakeHoldAsync(Hold.Of(Graphs.Of(seed), seed)));
                break;
            case 6:
                Await(client.TakeGrownAsync(Graphs.GrownOf(seed)));
                break;
            case 7:
                Await(untyped.CallAsync<int>("graphs.take_any", Graphs.Of(seed)).AsTask());
                break;
            case 8:
                Await(client.MakeAnyAsync(seed));
                break;
            case 9:
                Await(client.MakeHoldAsync(seed));
                break;
            default:
                Await(client.MakeGrownAsync(seed));
                break;
        }
    }

    // On this thread, whose stack is the small one.
    private static void Await(Task call) => call.InTime().GetAwaiter().GetResult();

    private static void CheckWhole(MprpcRaw raw)
    {
        var reader = new MessagePackReader(raw.Memory);
        reader.Skip();

        if (!reader.End)
        {
            throw new InvalidOperationException("More was written than one value.");
        }
    }
}
