using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Injection;

/// <summary>A call pays for a scope only where something in it is scoped.</summary>
public sealed class ScopeTests
{
    [Fact]
    public Task Singleton_WithScopedElsewhere_MakesNoScope()
        => AssertScopesAsync<Plain>(0, services => services.AddSingleton<Plain>().AddScoped<ScopedThing>());

    [Fact]
    public Task Transient_OfSingletons_MakesNoScope() => AssertScopesAsync<OfSingleton>(0, services => services.AddTransient<OfSingleton>());

    [Fact]
    public Task Unregistered_OfSingletons_MakesNoScope() => AssertScopesAsync<OfSingleton>(0, _ => { });

    [Fact]
    public Task Unregistered_OfLoggerAndOptions_MakesNoScope() => AssertScopesAsync<OfFramework>(0, _ => { });

    [Fact]
    public Task Unregistered_OfTransientOfScoped_MakesOneScopeACall()
        => AssertScopesAsync<OfTransient>(3, services => services.AddTransient<TransientThing>().AddScoped<ScopedThing>());

    [Fact]
    public Task Unregistered_OfServiceProvider_MakesOneScopeACall() => AssertScopesAsync<OfProvider>(3, _ => { });

    [Fact]
    public Task Unregistered_OfFactoryMadeTransient_MakesOneScopeACall()
        => AssertScopesAsync<OfTransient>(3, services => services.AddTransient(_ => new TransientThing(new ScopedThing())));

    [Fact]
    public Task Unregistered_OfAllOfScoped_MakesOneScopeACall() => AssertScopesAsync<OfMany>(3, services => services.AddScoped<ScopedThing>());

    [Fact]
    public Task Scoped_Always_MakesOneScopeACall() => AssertScopesAsync<Plain>(3, services => services.AddScoped<Plain>());

    [Fact]
    public Task Transient_OfDisposables_MakesOneScopeACall()
        => AssertScopesAsync<OfDisposable>(3, services => services.AddTransient<OfDisposable>().AddTransient<DisposableThing>());

    [Fact]
    public Task Singleton_WithScopedParameter_MakesOneScopeACall()
        => AssertScopesAsync<WithParameter>(3, services => services.AddSingleton<WithParameter>().AddScoped<ScopedThing>());

    /// <summary>Three calls, so that a scope made once at the first is told from one a call.</summary>
    private static async Task AssertScopesAsync<T>(int expected, Action<IServiceCollection> register)
        where T : class
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<SingletonThing>();
                builder.Services.AddMprpc();
                register(builder.Services);
            },
            app => app.MapMprpcService<T>(0));
        await using MprpcClient client = host.CreateClient();
        using var scopes = new ScopeCounter(host.App.Services);

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(1, await client.CallAsync<int>("work").InTime());
        }

        // A scope ends after its call's answer.
        await Bounded.Until(() => scopes.Ended >= expected, "the end of all scopes");
        Assert.Equal(expected, scopes.Ended);
    }

    private sealed class SingletonThing;

    private sealed class ScopedThing;

    private sealed class TransientThing(ScopedThing scoped)
    {
        public ScopedThing Scoped => scoped;
    }

    private sealed class DisposableThing : IDisposable
    {
        public void Dispose()
        {
        }
    }

    private sealed class Plain
    {
        public int Work() => 1;
    }

    private sealed class OfSingleton(SingletonThing thing)
    {
        public int Work() => thing is null ? 0 : 1;
    }

    private sealed class OfFramework(ILogger<OfFramework> logger, IOptions<MprpcServerOptions> options)
    {
        public int Work() => logger is null || options is null ? 0 : 1;
    }

    private sealed class OfTransient(TransientThing thing)
    {
        public int Work() => thing.Scoped is null ? 0 : 1;
    }

    private sealed class OfProvider(IServiceProvider services)
    {
        public int Work() => services is null ? 0 : 1;
    }

    private sealed class OfMany(IEnumerable<ScopedThing> things)
    {
        public int Work() => things.Count();
    }

    private sealed class OfDisposable(DisposableThing thing)
    {
        public int Work() => thing is null ? 0 : 1;
    }

    private sealed class WithParameter
    {
        public int Work([FromServices] ScopedThing thing) => thing is null ? 0 : 1;
    }
}
