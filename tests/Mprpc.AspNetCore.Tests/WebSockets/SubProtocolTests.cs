using System.Net.WebSockets;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.WebSockets;

/// <summary>Which subprotocol our WebSockets choose, and what our clients make of it: docs/protocol.md 10.12.</summary>
public sealed class SubProtocolTests
{
    private static readonly MprpcCallOptions s_tenant = new() { Metadata = new MprpcMetadata { ["tenant"] = "x" } };

    [Theory]
    [InlineData(true, "mprpc.1,mprpc", "mprpc.1")]
    [InlineData(true, "other,mprpc,mprpc.1", "mprpc.1")]
    [InlineData(true, "other,mprpc", "mprpc")]
    [InlineData(true, "other", null)]
    [InlineData(true, "", null)]
    [InlineData(false, "mprpc.1,mprpc", "mprpc")]
    [InlineData(false, "mprpc.1", null)]
    public async Task Endpoint_OfTheOffered_PrefersTheNameWithExtensionsWhereTheyAreOn(bool extensions, string offered, string? expected)
    {
        await using RpcHost host = await StartAsync(extensions);
        using var socket = new ClientWebSocket();

        foreach (string name in offered.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            socket.Options.AddSubProtocol(name);
        }

        await socket.ConnectAsync(new Uri($"ws://{host.Http}/rpc"), CancellationToken.None).InTime();

        Assert.Equal(expected, socket.SubProtocol);
    }

    [Theory]
    [InlineData(MprpcExtensions.Never, true, "mprpc")]
    [InlineData(MprpcExtensions.Never, false, "mprpc")]
    [InlineData(MprpcExtensions.WhenUsed, true, "mprpc.1")]
    [InlineData(MprpcExtensions.WhenUsed, false, "mprpc")]
    [InlineData(MprpcExtensions.Always, true, "mprpc.1")]
    [InlineData(MprpcExtensions.Always, false, "mprpc")]
    public async Task Client_OfEachMode_AgreesAndCalls(MprpcExtensions mode, bool extensions, string expected)
    {
        string? chosen = null;
        await using RpcHost host = await StartAsync(extensions, app => app.Use(async (context, next) =>
        {
            context.Response.OnStarting(() =>
            {
                chosen = context.Response.Headers.SecWebSocketProtocol;
                return Task.CompletedTask;
            });
            await next(context);
        }));
        await using var client = new MprpcClient($"ws://{host.Http}/rpc", new MprpcClientOptions { Extensions = mode });

        await client.CallAsync<string[]>("look").InTime();

        Assert.Equal(expected, chosen);
    }

    [Fact]
    public async Task WhenUsed_ServerHasChosenMprpc1_NeedsNoOtherConnectionForMetadata()
    {
        await using RpcHost host = await StartAsync(extensions: true);
        await using var client = new MprpcClient($"ws://{host.Http}/rpc");

        string[] plain = await client.CallAsync<string[]>("look").InTime();
        string[] told = await client.CallAsync<string[]>("look", s_tenant).InTime();

        Assert.Equal([plain[0], "x"], told);
    }

    private static Task<RpcHost> StartAsync(bool extensions, Action<WebApplication>? map = null)
        => RpcHost.StartAsync(
            builder => builder.Services.AddMprpc().AddService<Service>(),
            app =>
            {
                map?.Invoke(app);
                app.MapMprpcWebSocket("/rpc", options => options.Extensions = extensions);
            });

    private sealed class Service
    {
        /// <summary>The connection, and the tenant in the metadata.</summary>
        public string[] Look(MprpcCallContext call) => [call.Connection.Id, call.Metadata.GetString("tenant") ?? ""];
    }
}
