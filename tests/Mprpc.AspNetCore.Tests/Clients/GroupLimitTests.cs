using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Tests.Clients.Kit;

namespace Mprpc.AspNetCore.Tests.Clients;

/// <summary>How many groups, and how long their names: what, actual, allowed, remedy.</summary>
public sealed class GroupLimitTests
{
    [Fact]
    public async Task Add_BeyondTheLimit_ThrowsAndTheOthersStay()
    {
        await using RpcHost host = await LobbyHost.StartAsync(server => server.Limits.MaxGroupsPerConnection = 2);
        await using RawPeer peer = await host.DialWithHelloAsync();
        MprpcConnection connection = host.App.Services.GetRequiredService<IMprpcServer>().Connections[0];
        IMprpcGroups groups = host.Clients().Groups;
        groups.Add(connection, "a");
        groups.Add(connection, "b");
        groups.Add(connection, "b");

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => groups.Add(connection, "c"));
        groups.Remove(connection, "a");
        groups.Add(connection, "c");

        Assert.Contains("is in 2 groups, and 2 are allowed", exception.Message, StringComparison.Ordinal);
        Assert.Contains("MprpcServerOptions.Limits.MaxGroupsPerConnection", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_NameOf129Bytes_ThrowsAndOf128DoesNot()
    {
        await using RpcHost host = await LobbyHost.StartAsync();
        await using RawPeer peer = await host.DialWithHelloAsync();
        MprpcConnection connection = host.App.Services.GetRequiredService<IMprpcServer>().Connections[0];
        IMprpcGroups groups = host.Clients().Groups;

        groups.Add(connection, new string('ä', 64));
        ArgumentException exception = Assert.Throws<ArgumentException>(() => groups.Add(connection, new string('ä', 64) + "x"));

        Assert.Contains("129 bytes", exception.Message, StringComparison.Ordinal);
        Assert.Contains("128 are allowed", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => groups.Add(connection, ""));
    }

    [Fact]
    public async Task SlowPeers_ThatIsNone_FailsTheStartInWords()
    {
        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(
            () => LobbyHost.StartAsync(endpoint: endpoint => endpoint.SlowPeers = (MprpcSlowPeerPolicy)7));

        Assert.Contains("MprpcEndpointOptions.SlowPeers) set to 7; allowed are Close, DropNewest, Latest", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mprpc:BackplaneHeartbeat", "00:00:00")]
    [InlineData("Mprpc:Limits:MaxGroupsPerConnection", "0")]
    [InlineData("Mprpc:Limits:MaxGroupNameBytes", "0")]
    [InlineData("Mprpc:Limits:MaxPendingPushBytes", "-1")]
    [InlineData("Mprpc:Endpoints:a:SlowPeers", "Never")]
    [InlineData("Mprpc:Endpoints:a:CallsBack", "maybe")]
    public async Task Option_OutOfItsRange_FailsTheStartWithItsKey(string key, string value)
    {
        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(() => RpcHost.StartAsync(
            builder =>
            {
                builder.Configuration["Mprpc:Endpoints:a:Url"] = "tcp://127.0.0.1:0";
                builder.Configuration[key] = value;
                builder.Services.AddMprpc().AddService<DeliveryTests.Adding>();
            },
            map: null));

        Assert.Contains(key, exception.Message, StringComparison.Ordinal);
    }
}
