using System.Runtime.CompilerServices;
using Mprpc;
using Mprpc.Client;

namespace Snippets.Streams;

// snippet: streams/contract
[MprpcService(Prefix = "feed")]
public interface IFeed
{
    IAsyncEnumerable<Tick> WatchAsync(string symbol, CancellationToken stop);                       // a result
    Task<int> ImportAsync(string table, IAsyncEnumerable<Row> rows, CancellationToken stop);        // a parameter
    IAsyncEnumerable<Answer> AskAsync(IAsyncEnumerable<Question> questions, CancellationToken stop); // both

    [MprpcStream(Prefetch = 1)]
    IAsyncEnumerable<Job> TakeJobsAsync();                                                          // one at a time
}
// end snippet

// snippet: streams/bytes
[MprpcService(Prefix = "files")]
public interface IFiles
{
    Task<long> StoreAsync(string name, Stream content, CancellationToken stop);
    Task<Stream> OpenAsync(string name, CancellationToken stop);
}
// end snippet

public sealed record Tick(string Symbol, decimal Price);

public sealed record Row(int Id, string Name);

public sealed record Question(string Text);

public sealed record Answer(string Text);

public sealed record Job(int Id);

public static class Market
{
    public static async IAsyncEnumerable<decimal> PricesAsync(string symbol, [EnumeratorCancellation] CancellationToken stop)
    {
        for (decimal price = symbol.Length; !stop.IsCancellationRequested; price++)
        {
            await Task.Delay(100, stop);
            yield return price;
        }
    }
}

public static class Table
{
    public static Task AddAsync(string table, Row row) => Console.Out.WriteLineAsync($"{table}: {row}");
}

// snippet: streams/service
public class Feed : IFeed
{
    public async IAsyncEnumerable<Tick> WatchAsync(string symbol, [EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (decimal price in Market.PricesAsync(symbol, stop))
        {
            yield return new Tick(symbol, price);       // runs on as far as the client gives credit
        }
    }

    public async Task<int> ImportAsync(string table, IAsyncEnumerable<Row> rows, CancellationToken stop)
    {
        int count = 0;

        await foreach (Row row in rows.WithCancellation(stop))
        {
            await Table.AddAsync(table, row);
            count++;
        }

        return count;
    }

    // ...
    // end snippet
    public async IAsyncEnumerable<Answer> AskAsync(IAsyncEnumerable<Question> questions, [EnumeratorCancellation] CancellationToken stop)
    {
        await foreach (Question question in questions.WithCancellation(stop))
        {
            yield return new Answer(question.Text);
        }
    }

    public async IAsyncEnumerable<Job> TakeJobsAsync()
    {
        await Task.CompletedTask;
        yield return new Job(1);
    }
}

internal static class Streams
{
    public static async Task TypedAsync(MprpcClient client, IAsyncEnumerable<Row> rows, CancellationToken stop)
    {
        // snippet: streams/typed
        IFeed feed = client.As<IFeed>();

        await foreach (Tick tick in feed.WatchAsync("ACME", stop))
        {
            Console.WriteLine(tick);

            if (tick.Price > 100)
            {
                break;      // ends the method at the server
            }
        }

        int imported = await feed.ImportAsync("rows", rows, stop);
        // end snippet
        Console.WriteLine(imported);
    }

    public static async Task UntypedAsync(MprpcClient client, IAsyncEnumerable<Row> rows)
    {
        // snippet: streams/untyped
        await foreach (Tick tick in client.StreamAsync<Tick>("feed.watch", "ACME"))
        {
            Console.WriteLine(tick);
        }

        var oneAtATime = new MprpcStreamOptions { Prefetch = 1, Call = new MprpcCallOptions { Timeout = TimeSpan.FromMinutes(5) } };

        await foreach (Job job in client.StreamAsync<Job>("feed.take_jobs", oneAtATime))
        {
            Console.WriteLine(job);
        }

        int imported = await client.CallAsync<int>("feed.import", "rows", MprpcStream.From(rows));
        // end snippet
        Console.WriteLine(imported);
    }

    public static async Task BytesAsync(MprpcClient client, CancellationToken stop)
    {
        // snippet: streams/bytes-client
        IFiles files = client.As<IFiles>();
        await using FileStream report = File.OpenRead("report.pdf");        // stays the caller's
        long stored = await files.StoreAsync("report.pdf", report, stop);

        await using Stream content = await files.OpenAsync("report.pdf", stop);     // disposed early, it ends the method's stream
        await using FileStream copy = File.Create("copy.pdf");
        await content.CopyToAsync(copy, stop);
        // end snippet
        Console.WriteLine(stored);
    }

    public static async Task FilesAsync(MprpcClient client)
    {
        // snippet: streams/files
        await using FileStream source = File.OpenRead("report.pdf");
        long sent = await client.CallAsync<long>("files.upload", "report.pdf", MprpcStream.From(source));

        await using FileStream target = File.Create("copy.pdf");
        await MprpcStream.CopyToAsync(client.StreamAsync<ReadOnlyMemory<byte>>("files.download", "report.pdf"), target);
        // end snippet
        Console.WriteLine(sent);
    }
}
