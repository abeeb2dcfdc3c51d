using Microsoft.Extensions.Time.Testing;

namespace Mprpc.Client.Tests;

/// <summary>Several connections: when one is made, which is taken, when one goes.</summary>
public sealed class PoolTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Fact]
    public async Task MaxConnections_CallsOneAfterAnother_ShareOneConnection()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxConnections = 4 });
        Task<int> call = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();

        for (int i = 0; i < 5; i++)
        {
            await connection.AnswerAsync("c003");
            Assert.Equal(3, await call.WaitAsync(Deadline));
            call = client.CallAsync<int>("sum").AsTask();
        }

        Assert.True(await server.IsSilentAsync());
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(10)]
    public async Task MaxConnections_AllInUse_AFurtherIsMadeUpToTheLimitThenTheLeastLoadedIsTaken(int maxInFlight)
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxConnections = 3, MaxInFlightPerConnection = maxInFlight });
        List<Task<int>> calls = [];
        List<ScriptedConnection> connections = [];
        List<string> requests = [];

        for (int i = 0; i < 3; i++)
        {
            calls.Add(client.CallAsync<int>("sum").AsTask());
            connections.Add(await server.AcceptAsync());
            requests.Add(await connections[i].ReadAsync());
        }

        for (int i = 0; i < 3; i++)
        {
            calls.Add(client.CallAsync<int>("sum").AsTask());
            requests.Add(await connections[i].ReadAsync());
        }

        Assert.True(await server.IsSilentAsync());
        await connections[1].SendAsync(Hex.Answer(requests[1], "c003"));
        Assert.Equal(3, await calls[1].WaitAsync(Deadline));
        calls.Add(client.CallAsync<int>("sum").AsTask());

        await connections[1].ReadAsync();
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(10)]
    public async Task MaxConnections_AFurtherOneCannotBeMade_CallsGoOverTheOneThatIsThere(int maxInFlight)
    {
        var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxConnections = 3, MaxInFlightPerConnection = maxInFlight });
        Task<int> first = client.CallAsync<int>("a").AsTask();
        using ScriptedConnection connection = await server.AcceptAsync();
        string request = await connection.ReadAsync();
        server.StopListening();

        Task<int> second = client.CallAsync<int>("b").AsTask();
        await connection.AnswerAsync("c002");
        Task<int> third = client.CallAsync<int>("c").AsTask();
        await connection.AnswerAsync("c003");
        await connection.SendAsync(Hex.Answer(request, "c001"));

        int[] results = await Task.WhenAll(first, second, third).WaitAsync(Deadline);
        Assert.Equal([1, 2, 3], results);
        server.Dispose();
    }

    [Fact]
    public async Task ConnectionLifetime_HasPassed_NewCallsGoElsewhereAndThoseInFlightEnd()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { ConnectionLifetime = TimeSpan.FromMinutes(1), TimeProvider = clock });
        Task<int> old = client.CallAsync<int>("a").AsTask();
        ScriptedConnection first = await server.AcceptAsync();
        string oldRequest = await first.ReadAsync();

        clock.Advance(TimeSpan.FromSeconds(61));
        Task<int> fresh = client.CallAsync<int>("b").AsTask();
        ScriptedConnection second = await server.AcceptAsync();
        await second.AnswerAsync("c002");
        Assert.Equal(2, await fresh.WaitAsync(Deadline));
        Assert.True(await first.IsSilentAsync());
        await first.SendAsync(Hex.Answer(oldRequest, "c001"));

        Assert.Equal(1, await old.WaitAsync(Deadline));
        Assert.Null(await first.TryReadAsync());        // closed in good order after its last answer
        Assert.Equal(MprpcClientState.Connected, client.State);
    }

    [Fact]
    public async Task ConnectionLifetime_ClientIsDisposed_CallsOnRetiredConnectionsFailToo()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        var client = new MprpcClient(server.Url, new MprpcClientOptions { ConnectionLifetime = TimeSpan.FromMinutes(1), TimeProvider = clock });
        Task<int> old = client.CallAsync<int>("a").AsTask();
        ScriptedConnection first = await server.AcceptAsync();
        await first.ReadAsync();
        clock.Advance(TimeSpan.FromSeconds(61));
        Task<int> fresh = client.CallAsync<int>("b").AsTask();
        await (await server.AcceptAsync()).ReadAsync();

        await client.DisposeAsync().AsTask().WaitAsync(Deadline);

        await Assert.ThrowsAsync<MprpcConnectionException>(() => fresh.WaitAsync(Deadline));
        await Assert.ThrowsAsync<MprpcConnectionException>(() => old.WaitAsync(Deadline));
    }

    [Fact]
    public async Task OneInFlight_CallTimesOut_ConnectionIsDroppedAndTheNextCallGetsAnother()
    {
        // C20, docs/protocol.md 8.3
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxInFlightPerConnection = 1, TimeProvider = clock });

        for (int round = 0; round < 20; round++)
        {
            Task<int> late = client.CallAsync<int>("a", new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(1) }).AsTask();
            Task<int> next = client.CallAsync<int>("b").AsTask();
            ScriptedConnection first = await server.AcceptAsync();
            await first.ReadAsync();

            clock.Advance(TimeSpan.FromSeconds(2));
            await Assert.ThrowsAsync<TimeoutException>(() => late.WaitAsync(Deadline));
            await first.WaitForEndAsync();
            ScriptedConnection second = await server.AcceptAsync();
            await second.AnswerAsync("c002");

            Assert.Equal(2, await next.WaitAsync(Deadline));
            second.Finish();
            await second.WaitForEndAsync();
        }
    }

    [Fact]
    public async Task OneInFlight_CallIsCancelled_ConnectionIsDroppedAndTheNextCallGetsAnother()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxInFlightPerConnection = 1 });
        using var source = new CancellationTokenSource();
        Task<int> cancelled = client.CallAsync<int>("a", source.Token).AsTask();
        ScriptedConnection first = await server.AcceptAsync();
        await first.ReadAsync();
        Task<int> next = client.CallAsync<int>("b").AsTask();

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Deadline));
        Task end = first.WaitForEndAsync();
        ScriptedConnection second = await server.AcceptAsync();
        await second.AnswerAsync("c002");

        Assert.Equal(2, await next.WaitAsync(Deadline));
        await end;
    }

    [Fact]
    public async Task OneInFlight_CallWaitsForAPlace_CountsTheWaitAndCanBeCancelled()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, new MprpcClientOptions { MaxInFlightPerConnection = 1, TimeProvider = clock });
        using var source = new CancellationTokenSource();
        Task<int> first = client.CallAsync<int>("a").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        string request = await connection.ReadAsync();
        Task<int> waiting = client.CallAsync<int>("b", new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(1) }).AsTask();
        Task<int> cancelled = client.CallAsync<int>("c", source.Token).AsTask();

        clock.Advance(TimeSpan.FromSeconds(2));
        await source.CancelAsync();

        Assert.Contains("was not sent", (await Assert.ThrowsAsync<TimeoutException>(() => waiting.WaitAsync(Deadline))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Deadline));
        await connection.SendAsync(Hex.Answer(request, "c001"));
        Assert.Equal(1, await first.WaitAsync(Deadline));
        Task<int> last = client.CallAsync<int>("d").AsTask();
        await connection.AnswerAsync("c004");
        Assert.Equal(4, await last.WaitAsync(Deadline));
    }
}
