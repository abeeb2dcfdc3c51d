using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;

namespace Mprpc.Interop.Tests.Recorded;

/// <summary>What a server serves in a recorded conversation: each kind of result, of error and of policy.</summary>
public sealed class RecordedService
{
    public const string Limiter = "one";

    private TaskCompletionSource _released = New();
    private int _told;
    private int _waits;

    /// <summary>Whether <see cref="WaitAsync"/> was called.</summary>
    internal bool IsWaiting => Volatile.Read(ref _waits) > 0;

    public int Sum(int x, int y) => x + y;

    public MprpcRaw Echo(MprpcRaw value) => value;

    public object? EchoObject(object? value) => value;

    public byte[] EchoBytes(byte[] value) => value;

    public string Text(int length) => new('x', length);

    public void Nothing()
    {
    }

    public async Task LaterAsync() => await Task.Yield();

    public int? None() => null;

    public double Number() => 1.5;

    public float Small() => 0.25f;

    public ulong Large() => ulong.MaxValue;

    public DateTime Time() => new(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    public Guid Id() => new("00112233-4455-6677-8899-aabbccddeeff");

    public decimal Price() => 12.34m;

    public DayOfWeek Day() => DayOfWeek.Friday;

    public List<string?> List() => ["a", null];

    public Dictionary<string, int> Map() => new() { ["a"] = 1 };

    public (int, string) Pair() => (1, "b");

    public int Optional(int x, int y = 5) => x + y;

    public int Rest(params int[] values) => values.Sum();

    public void Fail(string message) => throw new MprpcException(message);

    public void FailWithCode(string message, string code) => throw new MprpcException(message, code);

    public void FailWithData() => throw new MprpcException("bad", "invalid", new[] { 1, 2 });

    public void FailInside() => throw new InvalidOperationException("Not meant for the caller.");

    public async Task FailLaterAsync()
    {
        await Task.Yield();
        throw new MprpcException("later");
    }

    public void Cancel() => throw new OperationCanceledException();

    public void Tell(int value) => Volatile.Write(ref _told, value);

    public int Told() => Volatile.Read(ref _told);

    /// <summary>Ends when <see cref="Release"/> is called.</summary>
    public async Task<int> HeldAsync()
    {
        await Volatile.Read(ref _released).Task;
        return 9;
    }

    public void Release() => Interlocked.Exchange(ref _released, New()).SetResult();

    [MprpcMethod(MaxConcurrentCalls = 1)]
    public Task<int> AloneAsync() => HeldAsync();

    [MprpcMethod(TimeoutMilliseconds = 50)]
    public Task TimedAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

    /// <summary>As <see cref="Sum"/>, by a token and a context.</summary>
    public async Task<int> WaitAsync(int milliseconds, MprpcCallContext call, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waits);
        await Task.Delay(milliseconds, cancellationToken);
        return (int)call.MessageId!.Value;
    }

    [Authorize]
    public string Who(MprpcCallContext call) => call.User.Identity!.Name!;

    [Authorize(Roles = "admin")]
    public int Admin() => 1;

    [EnableRateLimiting(Limiter)]
    public int Limited() => 1;

    /// <summary>Calls its caller.</summary>
    public async Task<int> CallBackAsync(MprpcCallContext call)
    {
        await call.Connection.NotifyAsync("told", 1, "x");
        return await call.Connection.CallAsync<int>("sum", 1, 2);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
