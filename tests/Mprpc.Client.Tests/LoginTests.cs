using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Mprpc.Client.Tests;

/// <summary>Logging in by a token, $/authenticate (docs/protocol.md 10.2 and 10.3).</summary>
public sealed class LoginTests
{
    private const string Unauthenticated = "af756e61757468656e74696361746564c0";     // "unauthenticated", nil

    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Fact]
    public async Task Login_OnAConnection_ComesBeforeAnyCall()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Options((_, _) => ValueTask.FromResult(new MprpcToken("Bearer", "tok"))));
        Task<int> call = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();

        string login = await connection.ReadAsync();
        Assert.True(await connection.IsSilentAsync());
        Assert.Equal(MprpcClientState.Connecting, client.State);
        await connection.SendAsync(Hex.Answer(login, "c0c0"));
        await connection.AnswerAsync("c003");

        // [0, 0, "$/authenticate", ["Bearer", "tok"]]
        Assert.Equal("940000ae" + Hex.Of("$/authenticate"u8) + "92a6" + Hex.Of("Bearer"u8) + "a3" + Hex.Of("tok"u8), login);
        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Login_RefusedTwice_FailsTheCallAndTellsTheTokenToNobody()
    {
        const string Secret = "s3cr3t-t0ken";
        var log = new TextLog();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(log).SetMinimumLevel(LogLevel.Trace));
        List<bool> wasRefused = [];
        using var server = new ScriptedServer();
        MprpcClientOptions options = Options((context, _) =>
        {
            wasRefused.Add(context.WasRefused);
            return ValueTask.FromResult(new MprpcToken("Bearer", Secret));
        });
        options.LoggerFactory = loggers;
        await using var client = new MprpcClient(server.Url, options);
        Task<int> call = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();

        // A server that repeats the token in its error.
        string text = $"unauthenticated: {Secret} is bad";
        string refusal = $"d9{text.Length:x2}{Hex.Of(Encoding.UTF8.GetBytes(text))}c0";
        await connection.AnswerAsync(refusal);
        await connection.AnswerAsync(refusal);

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));
        await connection.WaitForEndAsync();
        Assert.False(exception.RequestWasSent);
        Assert.Contains("*** is bad", exception.Message, StringComparison.Ordinal);
        Assert.Equal("unauthenticated", Assert.IsType<MprpcRemoteException>(exception.InnerException).Code);
        Assert.DoesNotContain(Secret, exception.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(log.Lines);
        Assert.DoesNotContain(log.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, new MprpcToken("Bearer", Secret).ToString(), StringComparison.Ordinal);
        Assert.Equal([false, true], wasRefused);
    }

    [Fact]
    public async Task Call_RefusedAsUnauthenticated_IsMadeAgainAfterANewLoginOnce()
    {
        using var server = new ScriptedServer();
        int tokens = 0;
        await using var client = new MprpcClient(server.Url, Options((_, _) => ValueTask.FromResult(new MprpcToken("Bearer", $"t{++tokens}"))));
        Task<int> call = client.CallAsync<int>("sum", 7).AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync("c0c0");

        string first = await connection.AnswerAsync(Unauthenticated);
        string login = await connection.AnswerAsync("c0c0");
        string second = await connection.AnswerAsync("c003");

        Assert.Equal(3, await call.WaitAsync(Deadline));
        Assert.EndsWith(Hex.Of("t2"u8), login, StringComparison.Ordinal);
        Assert.Equal(first[6..], second[6..]);      // the same but for the msgid
        Task<int> again = client.CallAsync<int>("sum", 7).AsTask();
        await connection.AnswerAsync(Unauthenticated);
        await connection.AnswerAsync("c0c0");
        await connection.AnswerAsync(Unauthenticated);
        Assert.Equal("unauthenticated", (await Assert.ThrowsAsync<MprpcRemoteException>(() => again.WaitAsync(Deadline))).Code);
        Assert.True(await connection.IsSilentAsync());
    }

    [Fact]
    public async Task Call_MadeAgainAfterANewLogin_ItsTimeoutSaysWhatWasGivenAndHowItWasSpent()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        MprpcClientOptions options = Options((_, _) => ValueTask.FromResult(new MprpcToken("Bearer", "t")));
        options.TimeProvider = clock;
        options.CallTimeout = TimeSpan.FromSeconds(5);
        await using var client = new MprpcClient(server.Url, options);
        Task<int> call = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync("c0c0");

        string request = await connection.ReadAsync();
        clock.Advance(TimeSpan.FromSeconds(2));
        await connection.SendAsync(Hex.Answer(request, Unauthenticated));
        await connection.AnswerAsync("c0c0");
        await connection.ReadAsync();
        clock.Advance(TimeSpan.FromSeconds(3));

        var exception = await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(Deadline));
        Assert.StartsWith(
            "The call of 'sum' had no answer within 5,000 ms, of which 2,000 ms had passed before it was sent.", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("91")]      // [message] as the result: the error is its code
    [InlineData("")]
    public async Task Login_RefusedWithTheTokenAsItsCode_TellsTheTokenToNobody(string head)
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Options((_, _) => ValueTask.FromResult(new MprpcToken("Bearer", "s3cr3t"))));
        Task<int> call = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();

        await connection.AnswerAsync($"a6{Hex.Of("s3cr3t"u8)}{head}a26e6f");

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));
        Assert.DoesNotContain("s3cr3t", $"{exception} {Assert.IsType<MprpcRemoteException>(exception.InnerException).Code}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_RefusedAsForbidden_IsNotRepeated()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url, Options((_, _) => ValueTask.FromResult(new MprpcToken("Bearer", "t"))));
        Task<int> call = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync("c0c0");
        await connection.AnswerAsync("a9666f7262696464656ec0");

        Assert.Equal("forbidden", (await Assert.ThrowsAsync<MprpcRemoteException>(() => call.WaitAsync(Deadline))).Code);
        Assert.True(await connection.IsSilentAsync());
    }

    [Fact]
    public async Task Token_ThatExpires_IsRenewedBeforeOnTheSameConnection()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        MprpcClientOptions options = Options((_, _) => ValueTask.FromResult(new MprpcToken("Bearer", "t", clock.GetUtcNow() + TimeSpan.FromMinutes(10))));
        options.TimeProvider = clock;
        await using var client = new MprpcClient(server.Url, options);
        Task<int> call = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync("c0c0");
        await connection.AnswerAsync("c003");
        await call.WaitAsync(Deadline);

        clock.Advance(TimeSpan.FromMinutes(8));
        Assert.True(await connection.IsSilentAsync());
        clock.Advance(TimeSpan.FromMinutes(1.5));

        Assert.Contains(Hex.Of("$/authenticate"u8), await connection.AnswerAsync("c0c0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenProvider_ThatFails_FailsTheCallAndIsAskedAgain()
    {
        using var server = new ScriptedServer();
        int asked = 0;
        MprpcClientOptions options = Options((_, _) => ++asked == 1
            ? throw new InvalidOperationException("The vault is closed.")
            : ValueTask.FromResult(new MprpcToken("Bearer", "t")));
        options.Reconnect.InitialDelay = TimeSpan.Zero;
        await using var client = new MprpcClient(server.Url, options);

        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum").AsTask().WaitAsync(Deadline));
        await (await server.AcceptAsync()).WaitForEndAsync();
        Task<int> call = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync("c0c0");
        await connection.AnswerAsync("c003");

        Assert.Contains("The vault is closed.", exception.Message, StringComparison.Ordinal);
        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Connection_LostWhileItLogsIn_FailsTheCallAndTheNextOneConnectsAgain()
    {
        using var server = new ScriptedServer();
        MprpcClientOptions options = Options((_, _) => ValueTask.FromResult(new MprpcToken("Bearer", "t")));
        options.Reconnect.InitialDelay = TimeSpan.Zero;
        await using var client = new MprpcClient(server.Url, options);
        Task<int> lost = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection first = await server.AcceptAsync();
        await first.ReadAsync();

        first.Reset();
        var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => lost.WaitAsync(Deadline));
        Task<int> call = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection second = await server.AcceptAsync();
        await second.AnswerAsync("c0c0");
        await second.AnswerAsync("c003");

        Assert.False(exception.RequestWasSent);
        Assert.Equal(3, await call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task TokenProvider_ThatNeverEnds_FailsTheAttemptWhenItsTimeIsUp()
    {
        using var server = new ScriptedServer();
        using var release = new ManualResetEventSlim();

        // One that awaits for ever and one that holds its thread, neither with an eye on its token.
        foreach (bool blocks in new[] { false, true })
        {
            MprpcClientOptions options = Options(async (_, _) =>
            {
                if (blocks)
                {
                    release.Wait(CancellationToken.None);
                }

                await Task.Delay(Timeout.Infinite, CancellationToken.None);
                return new MprpcToken("Bearer", "t");
            });
            options.ConnectTimeout = TimeSpan.FromMilliseconds(300);
            await using var client = new MprpcClient(server.Url, options);

            var exception = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("sum").AsTask().WaitAsync(Deadline));

            Assert.Contains("TokenProvider", exception.Message, StringComparison.Ordinal);
            Assert.Contains("300 ms", exception.Message, StringComparison.Ordinal);
        }

        release.Set();
    }

    [Fact]
    public async Task TokenProvider_IsSlow_TheTimeToConnectCountsDialAndLoginTogether()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        MprpcClientOptions options = Options((_, _) =>
        {
            clock.Advance(TimeSpan.FromSeconds(6));
            asked.TrySetResult();
            return ValueTask.FromResult(new MprpcToken("Bearer", "t"));
        });
        options.TimeProvider = clock;
        options.ConnectTimeout = TimeSpan.FromSeconds(10);
        await using var client = new MprpcClient(server.Url, options);
        Task<int> call = client.CallAsync<int>("sum").AsTask();
        await (await server.AcceptAsync()).ReadAsync();

        clock.Advance(TimeSpan.FromSeconds(5));     // 11 in all: too long, though neither part is

        await Assert.ThrowsAsync<MprpcConnectionException>(() => call.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Call_WaitsForANewLogin_KeepsToItsTimeout()
    {
        using var server = new ScriptedServer();
        int asked = 0;
        var never = new TaskCompletionSource<MprpcToken>();
        await using var client = new MprpcClient(
            server.Url, Options((_, _) => ++asked == 1 ? ValueTask.FromResult(new MprpcToken("Bearer", "t")) : new ValueTask<MprpcToken>(never.Task)));
        Task<int> call = client.CallAsync<int>("sum", new MprpcCallOptions { Timeout = TimeSpan.FromSeconds(1) }).AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync("c0c0");
        await connection.AnswerAsync(Unauthenticated);

        // Before ConnectTimeout, which is 10 s.
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => call.WaitAsync(TimeSpan.FromSeconds(8)));

        Assert.Contains("login", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_ThatExpires_IsAskedForAsOneThatIsToBeReplaced()
    {
        var clock = new FakeTimeProvider();
        using var server = new ScriptedServer();
        var wasRefused = new ConcurrentQueue<bool>();
        MprpcClientOptions options = Options((context, _) =>
        {
            wasRefused.Enqueue(context.WasRefused);
            return ValueTask.FromResult(new MprpcToken("Bearer", "t", clock.GetUtcNow() + TimeSpan.FromMinutes(10)));
        });
        options.TimeProvider = clock;
        await using var client = new MprpcClient(server.Url, options);
        Task<int> call = client.CallAsync<int>("sum").AsTask();
        ScriptedConnection connection = await server.AcceptAsync();
        await connection.AnswerAsync("c0c0");
        await connection.AnswerAsync("c003");
        await call.WaitAsync(Deadline);
        await connection.IsSilentAsync();

        clock.Advance(TimeSpan.FromMinutes(9.5));
        await connection.AnswerAsync("c0c0");

        Assert.Equal([false, true], wasRefused);
    }

    private static MprpcClientOptions Options(Func<MprpcTokenContext, CancellationToken, ValueTask<MprpcToken>> provider) => new() { TokenProvider = provider };
}
