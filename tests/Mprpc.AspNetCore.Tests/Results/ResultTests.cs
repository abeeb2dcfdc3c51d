using Microsoft.Extensions.Logging;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Results;

/// <summary>Each request gets exactly one answer, however its method ends.</summary>
public sealed class ResultTests(ResultTests.Server server) : IClassFixture<ResultTests.Server>
{
    [Theory]
    [InlineData("value")]
    [InlineData("task_done")]
    [InlineData("task_later")]
    [InlineData("value_task_done")]
    [InlineData("value_task_later")]
    public async Task Result_OfAnyReturnType_IsAnswered(string method)
    {
        await using RawPeer peer = await server.Host.DialAsync();

        await peer.SendAsync(Request(method));
        string answer = await peer.ReadMessageAsync();

        MessagePattern.AssertMatches("94 01 01 c0 \"result\"", answer);
        await peer.AssertOpenAsync();
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("nothing_task_done")]
    [InlineData("nothing_task_later")]
    [InlineData("nothing_value_task_done")]
    [InlineData("nothing_value_task_later")]
    [InlineData("null_value")]
    public async Task Result_None_IsAnsweredWithNil(string method)
    {
        await using RawPeer peer = await server.Host.DialAsync();

        await peer.SendAsync(Request(method));
        string answer = await peer.ReadMessageAsync();

        Assert.Equal("940101c0c0", answer);
        await peer.AssertOpenAsync();
    }

    [Theory]
    [InlineData("throw_at_once")]
    [InlineData("throw_in_task")]
    [InlineData("throw_later")]
    [InlineData("throw_in_value_task")]
    [InlineData("throw_later_value_task")]
    [InlineData("throw_before_task")]
    [InlineData("cancel_itself")]
    [InlineData("cancelled_task")]
    [InlineData("cancelled_later")]
    [InlineData("null_task")]
    [InlineData("null_task_of_result")]
    [InlineData("unserializable")]
    [InlineData("unserializable_later")]
    [InlineData("half_serializable")]
    [InlineData("half_serializable_later")]
    [InlineData("many_failures")]
    [InlineData("stack_trace")]
    public async Task Failure_OfTheInside_IsOneErrorThatTellsNothing(string method)
    {
        await using RawPeer peer = await server.Host.DialAsync();

        await peer.SendAsync(Request(method));
        string answer = await peer.ReadMessageAsync();

        MessagePattern.AssertMatches("94 01 01 \"Internal error.\" c0", answer);
        await peer.AssertOpenAsync();
    }

    [Theory]
    [InlineData("meant")]
    [InlineData("meant_later")]
    [InlineData("meant_by_own_type")]
    public async Task Failure_MeantForTheCaller_IsItsMessage(string method)
    {
        await using RawPeer peer = await server.Host.DialAsync();

        await peer.SendAsync(Request(method));
        string answer = await peer.ReadMessageAsync();

        MessagePattern.AssertMatches("94 01 01 \"for you\" c0", answer);
        await peer.AssertOpenAsync();
    }

    [Theory]
    [InlineData("throw_at_once")]
    [InlineData("throw_later")]
    [InlineData("unserializable")]
    [InlineData("meant")]
    public async Task Notification_ThatFails_SendsNothing(string method)
    {
        await using RawPeer peer = await server.Host.DialAsync();

        await peer.SendAsync($"93 02 {Name(method)} 90");

        await peer.AssertOpenAsync();
    }

    [Fact]
    public async Task DetailedErrors_Enabled_TellTypeAndMessage()
    {
        await using RpcHost host = await RpcHost.StartAsync<Outcomes>(options => options.EnableDetailedErrors = true);
        await using MprpcClient client = host.CreateClient();

        var now = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<string>("throw_at_once").InTime());
        var later = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<string>("throw_later").InTime());
        var meant = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<string>("meant").InTime());

        Assert.Equal("InvalidTimeZoneException: secret", now.Message);
        Assert.Equal("InvalidTimeZoneException: secret", later.Message);
        Assert.Equal("for you", meant.Message);
    }

    [Theory]
    [InlineData("throw_at_once", 13, "MethodThrew", LogLevel.Error, true)]
    [InlineData("throw_later", 13, "MethodThrew", LogLevel.Error, true)]
    [InlineData("null_task", 13, "MethodThrew", LogLevel.Error, true)]
    [InlineData("unserializable", 13, "MethodThrew", LogLevel.Error, true)]
    [InlineData("meant", 14, "MethodFailed", LogLevel.Debug, false)]
    [InlineData("nosuch", 10, "MethodNotFound", LogLevel.Debug, false)]
    [InlineData("takes_one", 11, "CallRefused", LogLevel.Debug, false)]
    public async Task Failure_OfAnyKind_IsLoggedWithItsEvent(string method, int eventId, string eventName, LogLevel level, bool hasException)
    {
        await using RpcHost host = await RpcHost.StartAsync<Outcomes>();
        await using MprpcClient client = host.CreateClient();

        await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<string>(method).InTime());
        LogEntry logged = await host.Log.WaitForAsync(eventId);

        Assert.Equal((eventName, level, "Mprpc.Connection"), (logged.Event.Name, logged.Level, logged.Category));
        Assert.Contains($"'{method}'", logged.Message, StringComparison.Ordinal);
        Assert.Equal(hasException, logged.Exception is not null);
    }

    [Fact]
    public async Task Connection_FromStartToProtocolViolation_IsLoggedWithItsEvents()
    {
        await using RpcHost host = await RpcHost.StartAsync<Outcomes>();
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 01 05 c0 c0 94 00 01 a974616b65735f6f6e65 91 92 01 02 c1");
        await peer.ReadToAnyEndAsync();
        LogEntry violation = await host.Log.WaitForAsync(3);

        Assert.NotNull(host.Log.Find(1));
        Assert.NotNull(host.Log.Find(20));
        Assert.Equal((LogLevel.Information, "ProtocolViolation"), (violation.Level, violation.Event.Name));
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level > LogLevel.Information);
    }

    [Fact]
    public async Task Parameter_ThatTheSerializerRefuses_IsLoggedAndAnswered()
    {
        await using RpcHost host = await RpcHost.StartAsync<Outcomes>();
        await using MprpcClient client = host.CreateClient();

        var exception = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<string>("takes_list", "no list").InTime());
        LogEntry logged = await host.Log.WaitForAsync(12);

        Assert.Equal("Param 1 ('list') of method 'takes_list' must be an array.", exception.Message);
        Assert.Null(logged.Exception);
        Assert.Contains("Exception: ", logged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connection_AfterAThousandFailures_StillAnswers()
    {
        await using MprpcClient client = server.Host.CreateClient();

        Exception?[] failures = await Task.WhenAll(
            Enumerable.Range(0, 1_000).Select(
                i => Record.ExceptionAsync(() => client.CallAsync<string>(i % 2 == 0 ? "throw_later" : "unserializable").InTime()).AsTask()));

        Assert.All(failures, failure => Assert.IsType<MprpcRemoteException>(failure));
        Assert.Equal("result", await client.CallAsync<string>("value").InTime());
    }

    private static string Request(string method) => $"94 00 01 {Name(method)} 90";

    private static string Name(string method)
    {
        byte[] utf8 = System.Text.Encoding.UTF8.GetBytes(method);
        return $"d9{utf8.Length:x2}{Hex.Text(utf8)}";
    }

    public sealed class Server : IAsyncLifetime
    {
        internal RpcHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await RpcHost.StartAsync<Outcomes>();

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
