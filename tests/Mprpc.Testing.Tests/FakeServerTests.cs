using Microsoft.Extensions.Time.Testing;

namespace Mprpc.Testing.Tests;

/// <summary>The server that plays what a test says.</summary>
public sealed class FakeServerTests
{
    [Fact]
    public async Task Returns_AValue_TypedAndUntypedClientsGetItAndTheCallIsRemembered()
    {
        await using var server = new MprpcFakeServer();
        server.On("sum").Returns(3);
        MprpcClient client = server.CreateClient();

        int sum = await client.As<ICalculator>().SumAsync(1, 2).InTime();
        await client.NotifyAsync("seen", "text").InTime();
        await server.WaitForCallsAsync(2).InTime();

        Assert.Equal(3, sum);
        Assert.Equal(["sum", "seen"], server.Calls.Select(call => call.Method));
        Assert.Equal((1, 2), (server.Calls[0].Argument<int>(0), server.Calls[0].Argument<int>(1)));
        Assert.Equal((false, true), (server.Calls[0].IsNotification, server.Calls[1].IsNotification));
        Assert.Equal("seen(\"text\")", server.Calls[1].ToString());
    }

    [Fact]
    public async Task Steps_Several_ServeOneCallEachAndTheLastAllFurtherOnes()
    {
        await using var server = new MprpcFakeServer();
        server.On("get").Returns(1).Fails("Not now.", "busy").Returns(3);
        MprpcClient client = server.CreateClient();

        Assert.Equal(1, await client.CallAsync<int>("get").InTime());
        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("get").InTime());
        Assert.Equal(("busy: Not now.", "busy"), (error.Message, error.Code));
        Assert.Equal(3, await client.CallAsync<int>("get").InTime());
        Assert.Equal(3, await client.CallAsync<int>("get").InTime());
        server.On("get").Returns(4);
        Assert.Equal(4, await client.CallAsync<int>("get").InTime());
    }

    [Theory]
    [InlineData(MprpcErrorShape.Message)]
    [InlineData(MprpcErrorShape.CodeAndMessage)]
    [InlineData(MprpcErrorShape.CodeWithMessageAsResult)]
    [InlineData(MprpcErrorShape.Number)]
    [InlineData(MprpcErrorShape.Map)]
    [InlineData(MprpcErrorShape.NonZeroCodeAndMessage)]
    public async Task Errors_OfEachShape_AreThoseOfTheRealServer(MprpcErrorShape shape)
    {
        await using MprpcTestHost host = await MprpcTestHost.StartAsync(
            _ => { },
            endpoints => endpoints.MapMprpcService<Seller>(6000).WithEndpoint(options => options.ErrorShape = shape)).InTime();
        await using var server = new MprpcFakeServer { ErrorShape = shape };
        server.On("buy").Fails("Sold out.", "sold_out", new[] { 1, 2 });
        server.On("enter").Answers(object? (_) => throw new MprpcException("Closed.", "forbidden", "until 9"));
        MprpcClient real = host.CreateMprpcClient();
        MprpcClient fake = server.CreateClient();

        foreach (string method in (string[])["buy", "enter"])
        {
            var expected = await Assert.ThrowsAsync<MprpcRemoteException>(() => real.CallAsync(method).InTime());
            var told = await Assert.ThrowsAsync<MprpcRemoteException>(() => fake.CallAsync(method).InTime());

            Assert.Equal((expected.Message, expected.Code, MprpcRaw.From(expected.ErrorData)), (told.Message, told.Code, MprpcRaw.From(told.ErrorData)));
            Assert.Equal(shape == MprpcErrorShape.Map, expected.ErrorData is not null);
        }
    }

    [Fact]
    public async Task Fails_DataThatCannotBeEncoded_FailsInTheTest()
    {
        await using var server = new MprpcFakeServer();

        Assert.ThrowsAny<Exception>(() => server.On("buy").Fails("Sold out.", errorData: new Action(() => { })));
    }

    [Fact]
    public async Task Answers_AFunction_MakesTheResultOfTheCall()
    {
        await using var server = new MprpcFakeServer();
        server.On("twice").Answers(call => call.Argument<int>(0) * 2);
        server.On("later").Answers(async call =>
        {
            await Task.Yield();
            return call.Argument<string>(0);
        });
        server.On("refuse").Answers(object? (_) => throw new MprpcException("You may not.", "forbidden"));
        server.On("broken").Answers(object? (_) => throw new InvalidOperationException("A bug of the test."));
        MprpcClient client = server.CreateClient();

        Assert.Equal(14, await client.CallAsync<int>("twice", 7).InTime());
        Assert.Equal("text", await client.CallAsync<string>("later", "text").InTime());
        Assert.Equal("forbidden", (await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync("refuse").InTime())).Code);
        Assert.Contains(
            "A bug of the test.",
            (await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync("broken").InTime())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Method_ThatNothingWasSaidOf_FailsWithWhatToWrite()
    {
        await using var server = new MprpcFakeServer();
        MprpcClient client = server.CreateClient();

        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync("unknown").InTime());

        Assert.Contains("server.On(\"unknown\")", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NeverAnswers_WithAClockOfTheTest_TheCallTimesOutAtOnce()
    {
        var clock = new FakeTimeProvider();
        await using var server = new MprpcFakeServer();
        server.On("slow").NeverAnswers();
        MprpcClient client = server.CreateClient(new MprpcClientOptions { CallTimeout = TimeSpan.FromMinutes(1), TimeProvider = clock });

        Task<int> call = client.CallAsync<int>("slow").AsTask();
        await server.WaitForCallsAsync(1).InTime();
        clock.Advance(TimeSpan.FromSeconds(61));

        await Assert.ThrowsAsync<TimeoutException>(() => call.InTime());
    }

    [Fact]
    public async Task Disconnects_Once_TheCallIsLostAndTheNextOneConnectsAgain()
    {
        await using var server = new MprpcFakeServer();
        server.On("get").Disconnects().Returns(7);
        MprpcClient client = server.CreateClient();

        var lost = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("get").InTime());

        Assert.True(lost.RequestWasSent);
        Assert.Equal(7, await client.CallAsync<int>("get").InTime());
    }

    [Fact]
    public async Task Disconnect_WithCallsThatWait_FailsThemAll()
    {
        await using var server = new MprpcFakeServer();
        server.On("slow").NeverAnswers();
        MprpcClient client = server.CreateClient();
        Task<int>[] calls = [client.CallAsync<int>("slow").AsTask(), client.CallAsync<int>("slow").AsTask()];
        await server.WaitForCallsAsync(2).InTime();

        server.Disconnect();

        await Assert.ThrowsAsync<MprpcConnectionException>(() => calls[0].InTime());
        await Assert.ThrowsAsync<MprpcConnectionException>(() => calls[1].InTime());
    }

    [Fact]
    public async Task IsDown_True_CallsFailUntilItIsUpAgain()
    {
        await using var server = new MprpcFakeServer { IsDown = true };
        server.On("get").Returns(1);
        MprpcClient client = server.CreateClient(new MprpcClientOptions { Reconnect = { InitialDelay = TimeSpan.Zero } });

        var refused = await Assert.ThrowsAsync<MprpcConnectionException>(() => client.CallAsync<int>("get").InTime());
        server.IsDown = false;

        Assert.False(refused.RequestWasSent);
        Assert.Equal(1, await client.CallAsync<int>("get").InTime());
    }

    [Fact]
    public async Task Notify_ConnectedClients_RunsTheirHandlers()
    {
        await using var server = new MprpcFakeServer();
        server.On("hello").Returns(null);
        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        MprpcClient client = server.CreateClient(new MprpcClientOptions().AddHandler("news", (string text) => heard.SetResult(text)));
        await client.CallAsync("hello").InTime();

        server.Notify("news", "it rains");

        Assert.Equal("it rains", await heard.Task.InTime());
    }

    [Fact]
    public async Task Dispose_WithCallsThatWait_FailsThem()
    {
        var server = new MprpcFakeServer();
        server.On("slow").NeverAnswers();
        MprpcClient client = server.CreateClient();
        Task<int> call = client.CallAsync<int>("slow").AsTask();
        await server.WaitForCallsAsync(1).InTime();

        await server.DisposeAsync().InTime();

        await Assert.ThrowsAsync<MprpcConnectionException>(() => call.InTime());
        Assert.Equal(MprpcClientState.Disposed, client.State);
    }

    public sealed class Seller
    {
        public void Buy() => throw new MprpcException("Sold out.", "sold_out", new[] { 1, 2 });

        public void Enter() => throw new MprpcException("Closed.", "forbidden", "until 9");
    }
}
