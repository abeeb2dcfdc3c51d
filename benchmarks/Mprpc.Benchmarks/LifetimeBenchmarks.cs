using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.Benchmarks.Samples;

namespace Mprpc.Benchmarks;

/// <summary>
/// What the lifetime of a service costs a call, of 64 in one read, through the server as it is mapped; and beside it what a scope costs alone.
/// </summary>
[MemoryDiagnoser]
public class LifetimeBenchmarks
{
    private readonly byte[] _batch = SampleMessages.Repeat(SampleMessages.Sum, SampleMessages.Batch);
    private readonly MemoryTransport _singleton = new();
    private readonly MemoryTransport _transient = new();
    private readonly MemoryTransport _scoped = new();
    private IServiceScopeFactory _scopes = null!;

    [GlobalSetup]
    public void Start()
    {
        Serve(_singleton, services => services.AddSingleton<Calculator>());
        Serve(_transient, services => services.AddTransient<Calculator>());
        _scopes = Serve(_scoped, services => services.AddScoped<Calculator>());
    }

    [Benchmark(OperationsPerInvoke = SampleMessages.Batch, Baseline = true)]
    public ValueTask<long> Singleton() => _singleton.ExchangeAsync(_batch);

    [Benchmark(OperationsPerInvoke = SampleMessages.Batch)]
    public ValueTask<long> Transient() => _transient.ExchangeAsync(_batch);

    [Benchmark(OperationsPerInvoke = SampleMessages.Batch)]
    public ValueTask<long> Scoped() => _scoped.ExchangeAsync(_batch);

    [Benchmark]
    public async ValueTask<Calculator> ScopeAlone()
    {
        await using AsyncServiceScope scope = _scopes.CreateAsyncScope();
        return scope.ServiceProvider.GetRequiredService<Calculator>();
    }

    private static IServiceScopeFactory Serve(MemoryTransport transport, Action<IServiceCollection> register)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMprpc().AddService<Calculator>();
        register(builder.Services);
        WebApplication app = builder.Build();       // never started: the connection comes without a listener
        ConnectionDelegate serve = new ConnectionBuilder(app.Services).UseMessagePackRpc().Build();
        _ = serve(new DefaultConnectionContext("benchmark") { Transport = transport });     // ends with the process
        return app.Services.GetRequiredService<IServiceScopeFactory>();
    }
}
