using Microsoft.Extensions.Time.Testing;

namespace Mprpc.Client.Tests;

public sealed class ReconnectTests
{
    private const string Unauthenticated = "af756e61757468656e74696361746564c0";     // "unauthenticated", nil

    private static readonly TimeSpan Delay = TimeSpan.FromHours(1);

    [Fact]
    public async Task Connection_ClosedWithoutAByte_IsFollowedByTheDelay()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        await using var client = Create(server, clock);
        Task<int> first = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.ReadAsync();
        connection.Dispose();
        await Assert.ThrowsAsync<MprpcConnectionException>(() => first.WaitAsync(ScriptedServer.Deadline));

        Task<int> second = client.CallAsync<int>("sum").AsTask();
        Assert.True(await server.IsSilentAsync());
        clock.Advance(Delay);

        await (await server.AcceptAsync()).AnswerAsync("c0 03");
        Assert.Equal(3, await second.WaitAsync(ScriptedServer.Deadline));
    }

    [Fact]
    public async Task Connection_ClosedAfterAnAnswer_IsMadeAgainAtOnce()
    {
        using var server = new ScriptedServer();
        await using var client = Create(server, new FakeTimeProvider());

        for (int i = 0; i < 3; i++)
        {
            Task<int> call = client.CallAsync<int>("sum").AsTask();
            using ScriptedConnection connection = await server.AcceptAsync();
            await connection.AnswerAsync("c0 03");

            Assert.Equal(3, await call.WaitAsync(ScriptedServer.Deadline));
            connection.Dispose();
            await client.WaitForDisconnectAsync().WaitAsync(ScriptedServer.Deadline);
        }
    }

    [Fact]
    public async Task Login_Refused_IsFollowedByTheDelay()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        await using var client = Create(server, clock, (_, _) => ValueTask.FromResult(new MprpcToken("Bearer", "bad")));
        Task<int> first = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync(Unauthenticated);
        await connection.AnswerAsync(Unauthenticated);
        await Assert.ThrowsAsync<MprpcConnectionException>(() => first.WaitAsync(ScriptedServer.Deadline));
        await connection.WaitForEndAsync();
        Assert.True(await server.IsSilentAsync());      // Until the connection has ended on the client's side too.

        Task<int> second = client.CallAsync<int>("sum").AsTask();
        Assert.True(await server.IsSilentAsync());
        clock.Advance(Delay);

        connection = await server.AcceptAsync();
        await connection.AnswerAsync("c0c0");
        await connection.AnswerAsync("c0 03");
        Assert.Equal(3, await second.WaitAsync(ScriptedServer.Deadline));
    }

    private static MprpcClient Create(ScriptedServer server, FakeTimeProvider clock, Func<MprpcTokenContext, CancellationToken, ValueTask<MprpcToken>>? tokens = null)
        => new(server.Url, new MprpcClientOptions { TimeProvider = clock, TokenProvider = tokens, Reconnect = new() { InitialDelay = Delay, MaxDelay = Delay, Jitter = 0 } });
}
