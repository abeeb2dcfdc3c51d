using System.Diagnostics.CodeAnalysis;

namespace Mprpc.TypeScript.Tests.Kit;

/// <summary>What the cases of clients/typescript/test/live-cases.ts call.</summary>
[SuppressMessage("Design", "CA1024:Use properties where appropriate", Justification = "These are methods on the wire.")]
public sealed class Desk(DeskState state)
{
    public int Sum(int x, int y) => x + y;

    public object? Echo(object? value) => value;

    public byte[] Reverse(byte[] bytes)
    {
        Array.Reverse(bytes);
        return bytes;
    }

    public long Largest() => long.MaxValue;

    public long AddOne(long value) => value + 1;

    public DateTime NextDay(DateTime time) => time.AddDays(1);

    public Item Discounted(Item item) => item with { Price = item.Price / 2 };

    public int Fail(int how) => how switch
    {
        0 => throw new MprpcException("There is no todo 7.", "todo_unknown", new Dictionary<string, int> { ["id"] = 7 }),
        1 => throw new InvalidOperationException("A secret."),
        _ => how,
    };

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.Register(() => Interlocked.Increment(ref state.Cancelled));
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }

    public Task NapAsync() => Task.Delay(300);

    public int CountCancelled() => Volatile.Read(ref state.Cancelled);

    public void Note(string text) => state.Notes.Enqueue(text);

    public string[] ListNotes() => [.. state.Notes];

    public double TimeLeft(MprpcCallContext call) => call.TimeLeft.TotalMilliseconds;

    public string? Tenant(MprpcCallContext call) => call.Metadata.GetString("tenant");

    // What a caller without streams sends in the place of one, and gets.
    public int Total(int[] values) => values.Sum();

    public int[] Count(int to) => [.. Enumerable.Range(0, to)];

    public string Server() => state.Name;

    public string GetHTTPStatusAsync() => "get_http_status";

    public string X2Y() => "x2_y";

    public void Drop(MprpcCallContext call) => call.Connection.Abort();

    /// <summary>Calls its caller: a notification first, then calls, one of which fails and one of which is cancelled.</summary>
    public async Task<string[]> AskAsync(MprpcCallContext call)
    {
        await call.Connection.NotifyAsync("screen.show", "look");
        bool isConfirmed = await call.Connection.CallAsync<bool>("screen.confirm", "order 7", 3);
        MprpcRemoteException refusal = await Assert.ThrowsAsync<MprpcRemoteException>(() => call.Connection.CallAsync<int>("screen.refuse").AsTask());
        MprpcRemoteException unknown = await Assert.ThrowsAsync<MprpcRemoteException>(() => call.Connection.CallAsync<int>("screen.nope").AsTask());
        using var soon = new CancellationTokenSource();
        Task<int> hanging = call.Connection.CallAsync<int>("screen.hang", [], soon.Token).AsTask();
        await soon.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging);

        return [$"{isConfirmed}", $"{refusal.Code}: {refusal.Message}", $"{unknown.Code}"];
    }

    /// <summary>Pushes to its caller.</summary>
    public async Task<int> PushAsync(int times, MprpcCallContext call)
    {
        for (int i = 0; i < times; i++)
        {
            await call.Connection.NotifyAsync("screen.tick", i);
        }

        return times;
    }
}

/// <summary>An article.</summary>
public sealed record Item(string Name, double Price, string[] Tags);

/// <summary>What a server of the tests remembers.</summary>
/// <param name="name">The name of the server.</param>
public sealed class DeskState(string name)
{
    /// <summary>How many calls of "wait" have been cancelled.</summary>
    [SuppressMessage("Design", "CA1051:Do not declare visible instance fields", Justification = "It is incremented in place.")]
    public int Cancelled;

    /// <summary>How many results that are streams have been disposed.</summary>
    [SuppressMessage("Design", "CA1051:Do not declare visible instance fields", Justification = "It is incremented in place.")]
    public int Disposed;

    public string Name => name;

    public System.Collections.Concurrent.ConcurrentQueue<string> Notes { get; } = new();
}
