using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Results;

/// <summary>What the caller is told of an <see cref="MprpcException"/>, and where it is said what nobody is told.</summary>
public sealed class ErrorShapeTests
{
    private const int NotificationRefused = 22;
    private const int ErrorDataNotWritten = 23;

    [Fact]
    public async Task Map_OfAnException_CarriesMessageCodeAndData()
    {
        await using RpcHost host = await StartAsync(MprpcErrorShape.Map);
        await using MprpcClient client = host.CreateClient();

        var at = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync("fail").InTime());
        var later = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync("fail_later").InTime());
        var arguments = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync("fail", 1).InTime());

        Assert.Equal(("No.", "E7", "[1,2]"), (at.Message, at.Code, MprpcRaw.From(at.ErrorData).ToString()));
        Assert.Equal(("No.", "E7", "[1,2]"), (later.Message, later.Code, MprpcRaw.From(later.ErrorData).ToString()));
        Assert.Equal("invalid_params", arguments.Code);
    }

    [Theory]
    [InlineData("fail_unwritable")]
    [InlineData("fail_unwritable_later")]
    public async Task Map_DataThatCannotBeWritten_IsLeftOutAndLogged(string method)
    {
        await using RpcHost host = await StartAsync(MprpcErrorShape.Map);
        await using MprpcClient client = host.CreateClient();

        var exception = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync(method).InTime());

        Assert.Equal(("No.", "E7", null), (exception.Message, exception.Code, exception.ErrorData));
        LogEntry entry = await host.Log.WaitForAsync(ErrorDataNotWritten);
        Assert.Contains("Mprpc.AspNetCore.Tests.Results.Unserializable", entry.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Map_OfAServingClient_CarriesAllToTheServer()
    {
        await using RpcHost host = await StartAsync(MprpcErrorShape.Message);
        await using var client = new MprpcClient(
            $"tcp://{host.Rpc}",
            new MprpcClientOptions { ErrorShape = MprpcErrorShape.Map }.AddHandler("ask", string () => throw new MprpcException("No.", "E7", new[] { 1, 2 })));

        string told = await client.CallAsync<string>("call_back").InTime();

        Assert.Equal("No. E7 [1,2]", told);
    }

    [Theory]
    [InlineData("93 02 a6 6e6f73756368 90", "nosuch", "Method 'nosuch' not found.")]
    [InlineData("93 02 a4 6661696c 91 01", "fail", "takes 0 params; the notification has 1")]
    [InlineData("93 02 a4 74616b65 91 a1 78", "take", "Param 1 ('x') of method 'take' must be")]
    [InlineData("93 02 a4 6661696c 90", "fail", "No.")]
    [InlineData("93 02 aa 6661696c5f6c61746572 90", "fail_later", "No.")]
    [InlineData("93 02 05 90", "", "The method must be a name")]
    public async Task Notification_Refused_IsOneLineAtInformation(string notification, string method, string reason)
    {
        await using RpcHost host = await StartAsync(MprpcErrorShape.Message);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync(notification);

        LogEntry entry = await host.Log.WaitForAsync(NotificationRefused);
        Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Information, entry.Level);
        Assert.StartsWith($"A notification of '{method}' over connection ", entry.Message, StringComparison.Ordinal);
        Assert.Contains(reason, entry.Message, StringComparison.Ordinal);
        Assert.Single(host.Log.Entries, line => line.Event.Id == NotificationRefused);
        await peer.AssertOpenAsync();
    }

    [Fact]
    public async Task Notifications_RefusedInNumbers_AreSampled()
    {
        await using RpcHost host = await StartAsync(MprpcErrorShape.Message);
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync(string.Concat(Enumerable.Repeat("93 02 a6 6e6f73756368 90", 1000)));
        await peer.AssertOpenAsync();

        int lines = host.Log.Entries.Count(line => line.Event.Id == NotificationRefused);
        Assert.InRange(lines, 10, 500);     // ten a second, however long a busy machine takes
    }

    private static Task<RpcHost> StartAsync(MprpcErrorShape shape)
        => RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app => app.MapMprpcService<Failing>(0).WithEndpoint(options => options.ErrorShape = shape));

    public sealed class Failing
    {
        public void Fail() => throw new MprpcException("No.", "E7", new[] { 1, 2 });

        public async Task FailLater()
        {
            await Task.Yield();
            Fail();
        }

        public void FailUnwritable() => throw new MprpcException("No.", "E7", new Unserializable());

        public async Task FailUnwritableLater()
        {
            await Task.Yield();
            FailUnwritable();
        }

        public int Sum(int x, int y) => x + y;      // for AssertOpenAsync

        public int Take(int x) => x;

        public async Task<string> CallBack(MprpcCallContext call)
        {
            var exception = await Assert.ThrowsAsync<MprpcRemoteException>(() => call.Connection.CallAsync<string>("ask").AsTask());
            return $"{exception.Message} {exception.Code} {MprpcRaw.From(exception.ErrorData)}";
        }
    }
}
