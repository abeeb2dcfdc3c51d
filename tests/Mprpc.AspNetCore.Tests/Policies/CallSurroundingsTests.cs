using Microsoft.Extensions.Logging;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Policies;

/// <summary>What stands around a call: mapped exceptions, the context accessor, log scopes.</summary>
public sealed class CallSurroundingsTests
{
    [Theory]
    [InlineData("missing", "Not there.")]
    [InlineData("derived", "Mapped: file")]
    [InlineData("other", "Internal error.")]
    public async Task MapException_Thrown_IsToldAsMapped(string method, string message)
    {
        await using RpcHost host = await RpcHost.StartAsync<Throws>(options => options
            .MapException<KeyNotFoundException>("not_found")
            .MapException<IOException>("io")
            .MapException<FileNotFoundException>(exception => new MprpcException($"Mapped: {exception.Message}")));
        await using MprpcClient client = host.CreateClient();

        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>(method).InTime());

        Assert.Equal(message, error.Message);
    }

    [Fact]
    public async Task MapException_ItselfThrows_IsAnInternalError()
    {
        await using RpcHost host = await RpcHost.StartAsync<Throws>(
            options => options.MapException<KeyNotFoundException>(_ => throw new InvalidOperationException("worse")));
        await using MprpcClient client = host.CreateClient();

        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("missing").InTime());

        Assert.Equal("Internal error.", error.Message);
    }

    [Theory]
    [InlineData("Development", "KeyNotFoundException: Not there.")]
    [InlineData("Production", "Internal error.")]
    public async Task EnableDetailedErrors_NotSet_IsOnInDevelopmentOnly(string environment, string message)
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(), app => app.MapMprpcService<Throws>(0), ["--urls", "http://127.0.0.1:0", "--environment", environment]);
        await using MprpcClient client = host.CreateClient();

        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("missing").InTime());

        Assert.Equal(message, error.Message);
    }

    [Fact]
    public async Task CallContextAccessor_Added_GivesEachCallItsOwn()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc().AddCallContextAccessor(), app => app.MapMprpcService<Ambient>(0));
        await using MprpcClient client = host.CreateClient();

        var methods = await Task.WhenAll(client.CallAsync<string>("first").InTime(), client.CallAsync<string>("second").InTime());

        Assert.Equal(["first", "second"], methods);
        Assert.Null(host.App.Services.GetRequiredService<IMprpcCallContextAccessor>().CallContext);
    }

    [Fact]
    public async Task IncludeLogScopes_On_SaysOfWhichCallALineIs()
    {
        var scopes = new ScopeRecorder();
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Logging.AddProvider(scopes);
                builder.Services.AddMprpc(options => options.IncludeLogScopes = true);
            },
            app => app.MapMprpcService<Logs>(0));
        await using RawPeer peer = await host.DialAsync();

        await peer.SendAsync("94 00 2a a3 6c6f67 90");      // log
        await peer.ReadMessageAsync();

        IReadOnlyDictionary<string, object?> scope = Assert.Single(scopes.Lines).Value;
        Assert.Equal("log", scope["Method"]);
        Assert.Equal(42L, scope["MessageId"]);
        Assert.NotEmpty((string)scope["ConnectionId"]!);
    }

    private sealed class Throws
    {
        public int Missing() => throw new KeyNotFoundException("Not there.");

        public int Derived() => throw new FileNotFoundException("file");

        public int Other() => throw new InvalidOperationException("secret");
    }

    private sealed class Ambient(IMprpcCallContextAccessor accessor)
    {
        public async Task<string> First()
        {
            await Task.Yield();
            return accessor.CallContext!.Method;
        }

        public string Second() => accessor.CallContext!.Method;
    }

    private sealed class Logs(ILogger<Logs> logger)
    {
        public void Log() => logger.Log(LogLevel.Information, 0, "inside", exception: null, static (line, _) => line);
    }
}
