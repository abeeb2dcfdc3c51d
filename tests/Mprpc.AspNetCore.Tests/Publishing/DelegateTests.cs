using Microsoft.AspNetCore.Mvc;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Publishing;

/// <summary>Delegates as methods: app.MapMprpc(port, "name", (...) => ...).</summary>
public sealed class DelegateTests
{
    [Fact]
    public async Task Delegate_WithParamsServicesTokenAndContext_GetsThemAll()
    {
        await using RpcHost host = await StartAsync(app => app.MapMprpc(
            "tcp://127.0.0.1:0",
            "both",
            (
                int a, [FromServices] Offset offset, CancellationToken cancellationToken, MprpcCallContext context, int b = 2,
                [FromKeyedServices("big")] Offset? big = null)
                => $"{a + b + offset.Value + big!.Value} {context.Method} {cancellationToken.CanBeCanceled}"));
        await using MprpcClient client = host.CreateClient();

        Assert.Equal("1113 both True", await client.CallAsync<string>("both", 1).InTime());
        Assert.Equal("1120 both True", await client.CallAsync<string>("both", 1, 9).InTime());
    }

    [Fact]
    public async Task Delegates_ThatReturnNothingATaskOrAnError_AnswerAsMethodsDo()
    {
        int seen = 0;
        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app =>
            {
                const string Shared = "tcp://127.0.0.1:0";
                app.MapMprpc(Shared, "nothing", (int value) => { seen = value; });
            });
        await using MprpcClient client = host.CreateClient();

        await client.CallAsync("nothing", 7).InTime();
        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync("nothing", "text").InTime());

        Assert.Equal(7, seen);
        Assert.Contains("Param 1 ('value')", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DelegatesAndServices_OnOnePort_AreServedTogether()
    {
        using var free = new FreePort();
        int port = free.Release();
        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app =>
            {
                app.MapMprpcService<Listeners.Adder>(port);
                app.MapMprpc(port, "twice", (int value) => value * 2);
                app.MapMprpc(port, "later", async (string text) =>
                {
                    await Task.Yield();
                    return text;
                }).WithPrefix("text");
                app.MapMprpc(port, "static", StaticMethod);
            });
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
        Assert.Equal(14, await client.CallAsync<int>("twice", 7).InTime());
        Assert.Equal("x", await client.CallAsync<string>("text.later", "x").InTime());
        Assert.Equal(8, await client.CallAsync<int>("static", 7).InTime());
    }

    [Fact]
    public async Task Delegate_WithTheNameOfAServicesMethod_FailsTheStartNamingBoth()
    {
        using var free = new FreePort();
        int port = free.Release();

        Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app =>
            {
                app.MapMprpcService<Listeners.Adder>(port);
                app.MapMprpc(port, "sum", (int a, int b) => a + b);
            }));

        Assert.Contains(
            "Adder.Sum(x, y) and delegate 'sum'.Invoke(int, int) have the same name on the wire: 'sum'", exception.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attributes_OfTheLambdaAndOfTheMapping_AreMetadataOfTheMethod()
    {
        object[] seen = [];
        await using RpcHost host = await StartAsync(
            app => app.MapMprpc("tcp://127.0.0.1:0", "marked", [Marker("lambda")] [Recording] () => 1).WithMetadata(new MarkerAttribute("mapping")));
        await using MprpcClient client = host.CreateClient();

        await client.CallAsync<int>("marked").InTime();
        seen = [.. RecordingAttribute.Seen];

        Assert.Equal(["mapping", "lambda"], seen.OfType<MarkerAttribute>().Select(marker => marker.Name));
    }

    [Fact]
    public async Task Filters_OfTheMapping_RunAroundADelegate()
    {
        await using RpcHost host = await StartAsync(app => app.MapMprpc("tcp://127.0.0.1:0", "one", () => 1).AddFilter(async (call, next) =>
        {
            await next(call);
            call.Result = (int)call.Result! + 1;
        }));
        await using MprpcClient client = host.CreateClient();

        Assert.Equal(2, await client.CallAsync<int>("one").InTime());
    }

    private static int StaticMethod(int value) => value + 1;

    private static Task<RpcHost> StartAsync(Action<WebApplication> map)
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(new Offset(10));
                builder.Services.AddKeyedSingleton("big", new Offset(1100));
                builder.Services.AddMprpc();
            },
            map);

    private sealed record Offset(int Value);

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class MarkerAttribute(string name) : Attribute
    {
        public string Name => name;
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class RecordingAttribute : MprpcFilterAttribute
    {
        public static IReadOnlyList<object> Seen { get; private set; } = [];

        public override ValueTask InvokeAsync(MprpcInvocation call, MprpcFilterDelegate next)
        {
            Seen = [.. call.Metadata];
            return next(call);
        }
    }
}
