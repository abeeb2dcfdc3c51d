using Microsoft.Extensions.Time.Testing;

namespace Mprpc.Client.Tests;

public sealed class ReconnectTests
{
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

    private static MprpcClient Create(ScriptedServer server, FakeTimeProvider clock)
        => new(server.Url, new MprpcClientOptions { TimeProvider = clock, Reconnect = new() { InitialDelay = Delay, MaxDelay = Delay, Jitter = 0 } });
}
