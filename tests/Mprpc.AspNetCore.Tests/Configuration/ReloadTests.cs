using Microsoft.Extensions.Configuration;
using Mprpc.AspNetCore.Tests.Listeners;

namespace Mprpc.AspNetCore.Tests.Configuration;

/// <summary>A configuration that changes while the application runs.</summary>
public sealed class ReloadTests
{
    private const int ProtocolViolation = 3;
    private const int LimitsChanged = 102;
    private const int LimitsNotChanged = 103;

    [Theory]
    [InlineData("Mprpc:Limits:MaxDepth")]
    [InlineData("Mprpc:Endpoints:X:Limits:MaxDepth")]
    public async Task Limit_Changed_IsThatOfNewConnections(string key)
    {
        await using RpcHost host = await StartAsync();
        await using RawPeer old = await host.DialAsync();
        await old.AssertOpenAsync();

        Change(host, key, "3");
        await using RawPeer young = await host.DialAsync();
        await old.SendAsync("94 00 01 a1 78 91 91 91 90");
        string answer = await old.ReadMessageAsync();
        await young.SendAsync("94 00 01 a1 78 91 91 91 90");
        string toEnd = await young.ReadToAnyEndAsync();

        Assert.StartsWith("940101", answer, StringComparison.Ordinal);
        Assert.Equal("", toEnd);
        Assert.Contains("deeper than 3 ", (await host.Log.WaitForAsync(ProtocolViolation)).Message, StringComparison.Ordinal);
        Assert.Contains("Mprpc:Endpoints:X", host.Log.Find(LimitsChanged)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limit_OfAListenerOfTheApplication_IsReloadedToo()
    {
        await using RpcHost host = await RpcHost.StartOnKestrelAsync(options => options.MapService<Adder>());

        Change(host, "Mprpc:Limits:MaxDepth", "3");
        await using RawPeer peer = await RawPeer.DialAsync(host.Http);
        await peer.SendAsync("94 00 01 a1 78 91 91 91 90");

        Assert.Equal("", await peer.ReadToAnyEndAsync());
    }

    [Theory]
    [InlineData("Mprpc:Limits:MaxDepth", "0", "allowed is 2")]
    [InlineData("Mprpc:Limits:MaxDepth", "deep", "Mprpc:Limits:MaxDepth")]
    [InlineData("Mprpc:Endpoints:X:Limits:MaxDepth", "0", "Mprpc:Endpoints:X:Limits:MaxDepth is 0")]
    public async Task Limit_ChangedToNonsense_IsLoggedAndTheOldStays(string key, string value, string part)
    {
        await using RpcHost host = await StartAsync();

        Change(host, key, value);
        await using RawPeer peer = await host.DialAsync();
        await peer.AssertOpenAsync();
        string logged = host.Log.Find(LimitsNotChanged)!.Message;
        Change(host, key, "3");
        await using RawPeer young = await host.DialAsync();
        await young.SendAsync("94 00 01 a1 78 91 91 91 90");

        Assert.Contains(part, logged, StringComparison.Ordinal);
        Assert.Equal("", await young.ReadToAnyEndAsync());
    }

    [Fact]
    public async Task Configuration_ChangedElsewhere_SaysNothing()
    {
        await using RpcHost host = await StartAsync();

        Change(host, "Other:Setting", "1");

        Assert.Null(host.Log.Find(LimitsChanged));
    }

    private static Task<RpcHost> StartAsync()
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Configuration["Mprpc:Endpoints:X:Url"] = "tcp://127.0.0.1:0";
                builder.Services.AddMprpc().AddService<Adder>();
            },
            map: null);

    private static void Change(RpcHost host, string key, string value)
    {
        host.App.Configuration[key] = value;
        ((IConfigurationRoot)host.App.Configuration).Reload();
    }
}
