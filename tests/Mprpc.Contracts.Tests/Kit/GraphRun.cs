using System.Globalization;
using MessagePack;

namespace Mprpc.Contracts.Tests.Kit;

/// <summary>Writes random graphs, in a process of its own: an overflowing stack ends it, and the last line that it has written names the graph.</summary>
internal static class GraphRun
{
    public const string Command = "graphs";
    public const string Summary = "all";

    // Small, so that shared graphs are soon beyond it.
    private const int MostBytes = 256 * 1024;

    /// <param name="arguments">The first seed, how many graphs, and the size of the stack in KiB.</param>
    /// <returns>The process's exit code.</returns>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        int first = int.Parse(arguments[0], CultureInfo.InvariantCulture);
        int count = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        int stack = int.Parse(arguments[2], CultureInfo.InvariantCulture) * 1024;
        int exitCode = 1;
        var thread = new Thread(() => exitCode = Write(first, count), stack);
        thread.Start();
        thread.Join();
        return exitCode;
    }

    private static int Write(int first, int count)
    {
        int written = 0;
        int refused = 0;
        using Stream output = Console.OpenStandardOutput();

        for (int seed = first; seed < first + count; seed++)
        {
            output.Write(System.Text.Encoding.ASCII.GetBytes($"{seed}\n"));
            object? graph = new GraphMaker(new Random(seed)).Make();

            try
            {
                MprpcRaw raw = MprpcRaw.From(graph, maxSize: MostBytes);
                var reader = new MessagePackReader(raw.Memory);
                reader.Skip();

                if (!reader.End)
                {
                    Console.WriteLine("not whole");
                    return 1;
                }

                written++;
            }
            catch (MessagePackSerializationException)
            {
                refused++;
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Summary} {written} {refused}"));
        return 0;
    }
}
