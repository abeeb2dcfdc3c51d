using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Mprpc.Client.Tests;

/// <summary>What stands around the calls of a client.</summary>
public sealed class ClientFilterTests
{
    private const string Busy = "a462757379c0";      // "busy", nil

    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Fact]
    public async Task Metadata_SetByAFilter_TravelsWithTheCall()
    {
        using var server = new ScriptedServer();
        var options = new MprpcClientOptions { Extensions = MprpcExtensions.Always };
        options.AddFilter((call, next) =>
        {
            call.Options = call.Options with { Metadata = new MprpcMetadata { ["tenant"] = "x" } };
            return next(call);
        });
        await using var client = new MprpcClient(server.Url, options);

        Task<int> call = client.CallAsync<int>("b").AsTask();
        ScriptedConnection connection = await server.GreetAsync();
        string request = await connection.AnswerAsync("c002");

        // [0, 1, "$/call", [{"meta": {"tenant": "x"}}, "b", []]]
        Assert.Equal("940001a6242f63616c6c9381a46d65746181a674656e616e74a178a16290", request);
        Assert.Equal(2, await call.WaitAsync(Deadline));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Filters_OfClientAndTypedClient_RunInTheOrderOfTheirAddingAndSeeTheResult(bool isTyped)
    {
        using var server = new ScriptedServer();
        List<string> seen = [];
        var options = new MprpcClientOptions();
        options.AddFilter(Note("a", seen)).AddFilter(Note("b", seen));
        await using var client = new MprpcClient(server.Url, options);
        ISum sum = client.As<ISum>().With(Note("c", seen)).With(Note("d", seen), Note("e", seen));

        Task<int> call = isTyped ? sum.SumAsync(1, 2) : client.CallAsync<int>("sum", 1, 2).AsTask();
        string request = await (await server.AcceptAsync()).AnswerAsync("c003");

        Assert.Equal("a373756d920102", request[6..]);
        Assert.Equal(3, await call.WaitAsync(Deadline));
        Assert.Equal(isTyped ? "a b c d e e3 d3 c3 b3 a3" : "a b b3 a3", string.Join(' ', seen));
    }

    [Fact]
    public async Task Filter_OfATypedClient_LeavesTheOneThatItWasTakenFrom()
    {
        using var server = new ScriptedServer();
        List<string> seen = [];
        await using var client = new MprpcClient(server.Url);
        ISum plain = client.As<ISum>();
        _ = plain.With(Note("a", seen));

        Task<int> call = plain.SumAsync(1, 2);
        await (await server.AcceptAsync()).AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
        Assert.Empty(seen);
    }

    [Fact]
    public async Task Options_OfCallAndTypedClient_AreSeenByItsFilters()
    {
        using var server = new ScriptedServer();
        List<MprpcCallOptions> seen = [];
        using var source = new CancellationTokenSource();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions().AddFilter(Look));
        ISum before = client.As<ISum>().With(new MprpcCallOptions { Timeout = Deadline }).With(new Filter(Look));
        Task<int>[] calls = [before.SumAsync(1, 2), client.CallAsync<int>("sum", source.Token, 1, 2).AsTask()];
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync("c003");
        await connection.AnswerAsync("c003");

        await Task.WhenAll(calls).WaitAsync(Deadline);

        Assert.Equal(new TimeSpan?[] { Deadline, Deadline, null }, seen.Select(options => options.Timeout));
        Assert.Equal(source.Token, seen[2].CancellationToken);

        ValueTask Look(MprpcClientInvocation call, MprpcClientFilterDelegate next)
        {
            seen.Add(call.Options);
            return next(call);
        }
    }

    [Fact]
    public async Task Retry_AfterBusy_SendsTheSameBytesAgain()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions().AddFilter(new Retry()));

        Task<string> call = client.CallAsync<string>("echo", new byte[300]).AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        string first = await connection.AnswerAsync(Busy);
        string second = await connection.AnswerAsync(Busy);
        string third = await connection.AnswerAsync("c0a178");

        Assert.Equal("x", await call.WaitAsync(Deadline));
        Assert.Equal(first[6..], second[6..]);
        Assert.Equal(first[6..], third[6..]);
        Assert.Equal([0, 1, 2], new[] { first, second, third }.Select(Hex.IdOf).Order());
    }

    [Fact]
    public async Task Retry_ServerCouldNotBeReached_IsSentWhenItCan()
    {
        using var server = new ScriptedServer();
        int port = server.Port;
        server.StopListening();
        ScriptedServer? later = null;
        var options = new MprpcClientOptions { Reconnect = new() { InitialDelay = TimeSpan.Zero } };
        List<bool> wasSent = [];
        options.AddFilter(async (call, next) =>
        {
            try
            {
                await next(call);
            }
            catch (MprpcConnectionException exception) when (!exception.RequestWasSent)
            {
                wasSent.Add(exception.RequestWasSent);
                later = new ScriptedServer(port);
                await next(call);
            }
        });
        await using var client = new MprpcClient($"tcp://127.0.0.1:{port}", options);

        Task<int> call = client.As<ISum>().SumAsync(1, 2);
        await Bounded(() => later is not null);
        await (await later!.AcceptAsync()).AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
        Assert.Equal([false], wasSent);
        later.Dispose();
    }

    [Fact]
    public async Task Result_SetWithoutACall_TakesTheServersPlace()
    {
        var cache = new ConcurrentDictionary<string, object?>();
        using var server = new ScriptedServer();
        var options = new MprpcClientOptions();
        options.AddFilter(async (call, next) =>
        {
            string key = $"{call.Method}({call.GetArgument<int>(0)})";

            if (cache.TryGetValue(key, out object? known))
            {
                call.Result = known;
                return;
            }

            await next(call);
            cache[key] = call.Result;
        });
        await using var client = new MprpcClient(server.Url, options);
        ISum sum = client.As<ISum>();
        Task<int> first = sum.SumAsync(1, 2);
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync("c003");
        await first.WaitAsync(Deadline);

        int again = await sum.SumAsync(1, 2).WaitAsync(Deadline);
        int untyped = await client.CallAsync<int>("sum", 1, 5).AsTask().WaitAsync(Deadline);

        Assert.Equal((3, 3), (again, untyped));
        Assert.True(await connection.IsSilentAsync());
    }

    [Fact]
    public async Task Result_OfAnotherType_IsRefusedAndNoneIsAnError()
    {
        using var server = new ScriptedServer();
        object? set = null;
        var options = new MprpcClientOptions();
        options.AddFilter((call, next) =>
        {
            if (set is not null || call.Method == "null")
            {
                call.Result = set;
            }

            return ValueTask.CompletedTask;
        });
        await using var client = new MprpcClient(server.Url, options);

        var none = await Assert.ThrowsAsync<InvalidOperationException>(() => client.CallAsync<int>("sum").AsTask());
        string? isNull = await client.CallAsync<string?>("null");
        await Assert.ThrowsAsync<ArgumentException>(() => client.CallAsync<int>("null").AsTask());
        set = "text";
        var wrong = await Assert.ThrowsAsync<ArgumentException>(() => client.CallAsync<int>("sum").AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => client.CallAsync("sum").AsTask());
        set = null;
        await client.CallAsync("sum");      // has no result, so that none is missing

        Assert.Contains("'sum'", none.Message, StringComparison.Ordinal);
        Assert.Null(isNull);
        Assert.Contains("System.Int32", wrong.Message, StringComparison.Ordinal);
        Assert.True(await server.IsSilentAsync());
    }

    [Fact]
    public async Task Error_OfTheServer_CanBeMapped()
    {
        using var server = new ScriptedServer();
        var options = new MprpcClientOptions();
        options.AddFilter(async (call, next) =>
        {
            try
            {
                await next(call);
            }
            catch (MprpcRemoteException exception) when (exception.Code == "busy")
            {
                throw new InvalidTimeZoneException(call.Method, exception);
            }
        });
        await using var client = new MprpcClient(server.Url, options);

        Task<int> call = client.CallAsync<int>("sum").AsTask();
        await (await server.AcceptAsync()).AnswerAsync(Busy);

        Assert.Equal("sum", (await Assert.ThrowsAsync<InvalidTimeZoneException>(() => call.WaitAsync(Deadline))).Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Filter_Throws_FailsItsCallAloneBeforeItIsSent(bool atOnce)
    {
        using var server = new ScriptedServer();
        var options = new MprpcClientOptions();
        options.AddFilter(async (call, next) =>
        {
            if (!atOnce)
            {
                await Task.Yield();
            }

            if (call.Method == "bad")
            {
                throw new InvalidTimeZoneException();
            }

            await next(call);
        });
        await using var client = new MprpcClient(server.Url, options);

        Task<int> bad = client.CallAsync<int>("bad").AsTask();
        Task<int> good = client.CallAsync<int>("sum", 1, 2).AsTask();
        string request = await (await server.AcceptAsync()).AnswerAsync("c003");

        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => bad.WaitAsync(Deadline));
        Assert.Equal(3, await good.WaitAsync(Deadline));
        Assert.Equal("940000a373756d920102", request);
    }

    [Fact]
    public async Task Cancel_OfTheCall_PassesThroughTheFilters()
    {
        using var server = new ScriptedServer();
        int ran = 0;
        using var source = new CancellationTokenSource();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions().AddFilter((call, next) =>
        {
            ran++;
            return next(call);
        }));
        Task<int> call = client.CallAsync<int>("wait", source.Token).AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.ReadAsync();

        await source.CancelAsync();
        var sent = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Deadline));
        var unsent = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.CallAsync<int>("wait", source.Token).AsTask());

        Assert.Equal((source.Token, source.Token, 1), (sent.CancellationToken, unsent.CancellationToken, ran));
        Assert.True(await connection.IsSilentAsync());
    }

    [Fact]
    public async Task Token_OfAFilter_EndsOneAttempt()
    {
        using var server = new ScriptedServer();
        using var attempt = new CancellationTokenSource();
        var options = new MprpcClientOptions();
        options.AddFilter(async (call, next) =>
        {
            MprpcCallOptions own = call.Options;
            call.Options = own with { CancellationToken = attempt.Token };

            try
            {
                await next(call);
            }
            catch (OperationCanceledException) when (attempt.IsCancellationRequested)
            {
                call.Options = own;
                await next(call);
            }
        });
        await using var client = new MprpcClient(server.Url, options);
        Task<int> call = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.ReadAsync();

        await attempt.CancelAsync();
        await connection.AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Timeout_OfTheCall_CountsFiltersAndAttempts()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        var options = new MprpcClientOptions { TimeProvider = clock, CallTimeout = TimeSpan.FromSeconds(3) };
        options.AddFilter(async (call, next) =>
        {
            await next(call);
            clock.Advance(TimeSpan.FromSeconds(4));
            await next(call);
        });
        await using var client = new MprpcClient(server.Url, options);

        Task<int> call = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync("c003");
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(Deadline));

        Assert.Contains("3,000 ms", exception.Message, StringComparison.Ordinal);
        Assert.True(await connection.IsSilentAsync());
    }

    [Fact]
    public async Task Names_OfAnotherPolicy_AreThoseOnTheWire()
    {
        using var server = new ScriptedServer();
        List<string> seen = [];
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { NamingPolicy = MprpcNamingPolicy.AsDeclared });

        Task<int> call = client.As<ISum>().With(Note("", seen, isNamed: true)).SumAsync(1, 2);
        await (await server.AcceptAsync()).AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
        Assert.Equal("Sum", seen[0]);
    }

    [Fact]
    public async Task Client_IsDisposed_FailsTheCall()
    {
        using var server = new ScriptedServer();
        var client = new MprpcClient(server.Url, new MprpcClientOptions().AddFilter((call, next) => next(call)));
        ISum sum = client.As<ISum>();

        await client.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => sum.SumAsync(1, 2).WaitAsync(Deadline));
    }

    [Fact]
    public void With_NotATypedClientOrNoFilter_Throws()
    {
        using var client = new MprpcClient("tcp://127.0.0.1:1");

        Assert.Throws<ArgumentException>(() => new Retry().With(new Retry()));
        Assert.Throws<ArgumentException>(() => client.As<ISum>().With([null!]));
        Assert.Throws<ArgumentNullException>(() => new MprpcClientOptions().AddFilter((IMprpcClientFilter)null!));
    }

    private static Filter Note(string name, List<string> seen, bool isNamed = false) => new(async (call, next) =>
    {
        seen.Add(isNamed ? call.Method : name);
        Assert.Equal(typeof(int), call.ResultType);
        Assert.Null(call.Result);
        await next(call);
        seen.Add($"{name}{call.Result}");
    });

    private static async Task Bounded(Func<bool> condition)
    {
        for (int i = 0; i < 2000 && !condition(); i++)
        {
            await Task.Delay(5);
        }

        Assert.True(condition());
    }

    [MprpcService]
    public interface ISum
    {
        Task<int> SumAsync(int x, int y);
    }

    private sealed class Filter(Func<MprpcClientInvocation, MprpcClientFilterDelegate, ValueTask> filter) : IMprpcClientFilter
    {
        public ValueTask InvokeAsync(MprpcClientInvocation call, MprpcClientFilterDelegate next) => filter(call, next);
    }

    private sealed class Retry : IMprpcClientFilter
    {
        public async ValueTask InvokeAsync(MprpcClientInvocation call, MprpcClientFilterDelegate next)
        {
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    await next(call);
                    return;
                }
                catch (MprpcRemoteException exception) when (exception.Code == "busy" && attempt < 5)
                {
                }
            }
        }
    }
}
