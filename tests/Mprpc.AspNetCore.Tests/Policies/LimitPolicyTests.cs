using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Policies;

/// <summary>The application's rate limiter policies, and concurrency caps.</summary>
public sealed class LimitPolicyTests
{
    [Fact]
    public async Task RequireRateLimiting_PermitsUsedUp_RefusesWithItsCode()
    {
        await using RpcHost host = await StartAsync(app => app.MapMprpcService<Limited>(0).RequireRateLimiting("two"));
        await using MprpcClient client = host.CreateClient();

        await client.CallAsync<int>("one").InTime();
        await client.CallAsync<int>("one").InTime();
        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("one").InTime());

        Assert.Equal("rate_limited", error.Code);
        Assert.Equal(1, await client.CallAsync<int>("free").InTime());      // [DisableRateLimiting]
    }

    [Fact]
    public async Task Policy_OfTwoServices_SharesItsPermits()
    {
        await using RpcHost host = await StartAsync(app =>
        {
            app.MapMprpcService<Limited>(0).WithPrefix("a").RequireRateLimiting("two");
            app.MapMprpcService<Limited>(0).WithPrefix("b").RequireRateLimiting("two");
        });
        await using MprpcClient first = host.CreateClient();
        await using var second = new MprpcClient($"tcp://{host.Endpoints[1]}");

        await first.CallAsync<int>("a.one").InTime();
        await second.CallAsync<int>("b.one").InTime();
        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => first.CallAsync<int>("a.one").InTime());

        Assert.Equal("rate_limited", error.Code);
    }

    [Fact]
    public async Task Policy_PartitionedByAddress_SeesTheCallersAddress()
    {
        await using RpcHost host = await StartAsync(app => app.MapMprpcService<Limited>(0).RequireRateLimiting("address"));
        await using MprpcClient client = host.CreateClient();

        await client.CallAsync<int>("one").InTime();

        Assert.Equal([IPAddress.Loopback.ToString()], host.App.Services.GetRequiredService<Trace>().Notes);
    }

    [Fact]
    public async Task ServerPolicy_UnknownMethods_Count()
    {
        await using RpcHost host = await StartAsync(app => app.MapMprpcService<Limited>(0), options => options.RateLimitingPolicy = "two");
        await using MprpcClient client = host.CreateClient();

        var unknown = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("nothing").InTime());
        await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("nothing").InTime());
        var limited = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("nothing").InTime());
        var known = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("one").InTime());

        Assert.Equal("Method 'nothing' not found.", unknown.Message);
        Assert.Equal("rate_limited", limited.Code);
        Assert.Equal("rate_limited", known.Code);
    }

    [Fact]
    public async Task Policy_WithoutARateLimiter_FailsTheStart()
    {
        Exception error = await Assert.ThrowsAnyAsync<Exception>(() => RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(), app => app.MapMprpcService<Limited>(0).RequireRateLimiting("two")));

        Assert.Contains("AddRateLimiter", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MaxConcurrentCalls_AllRunning_RefusesUntilOneHasEnded()
    {
        var limited = new Limited();
        await using RpcHost host = await RpcHost.StartAsync<Limited>(services: services => services.AddSingleton(limited));
        await using MprpcClient client = host.CreateClient();

        Task<int> first = client.CallAsync<int>("held").InTime();
        Task<int> second = client.CallAsync<int>("held").InTime();
        await Bounded.Until(() => limited.Held == 2, "both calls to run");
        var error = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>("held").InTime());
        int other = await client.CallAsync<int>("one").InTime();
        limited.Release.SetResult();
        await first;
        await second;

        Assert.Equal("busy", error.Code);
        Assert.Equal(1, other);
        Assert.Equal(2, await client.CallAsync<int>("held").InTime());
    }

    private static Task<RpcHost> StartAsync(Action<WebApplication> map, Action<MprpcServerOptions>? configure = null)
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<Trace>();
                builder.Services.AddMprpc(configure);
                builder.Services.AddRateLimiter(limiter =>
                {
                    limiter.AddFixedWindowLimiter("two", options => (options.PermitLimit, options.Window) = (2, TimeSpan.FromHours(1)));
                    limiter.AddPolicy("address", context =>
                    {
                        string address = context.Connection.RemoteIpAddress?.ToString() ?? "none";
                        context.RequestServices.GetRequiredService<Trace>().Add(address);
                        return RateLimitPartition.GetNoLimiter(address);
                    });
                });
            },
            map);

    private sealed class Limited
    {
        private int _held;

        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Held => Volatile.Read(ref _held);

        public int One() => 1;

        [DisableRateLimiting]
        public int Free() => 1;

        [MprpcMethod(MaxConcurrentCalls = 2)]
        public async Task<int> HeldAsync()
        {
            Interlocked.Increment(ref _held);
            await Release.Task;
            return 2;
        }
    }
}
