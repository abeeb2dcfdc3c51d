using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore;

namespace Mprpc.Client.Tests;

/// <summary>The real server, in this process.</summary>
internal sealed class RealServer(WebApplication application, Service service) : IAsyncDisposable
{
    public Service Service => service;

    public string Url => application.Services.GetRequiredService<IMprpcServer>().Endpoints[0] switch
    {
        IPEndPoint tcp => $"tcp://{tcp}",
        var unix => $"unix://{unix}",
    };

    public static async Task<RealServer> StartAsync(string url = "tcp://127.0.0.1:0", Action<MprpcServerOptions>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        var service = new Service();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        builder.Services.AddSingleton(service);
        builder.Services.AddMprpc(configure);
        WebApplication application = builder.Build();
        application.MapMprpcService<Service>(url);
        await application.StartAsync().ConfigureAwait(false);
        return new RealServer(application, service);
    }

    public async ValueTask DisposeAsync()
    {
        service.Gate.TrySetResult();
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await application.StopAsync(source.Token).ConfigureAwait(false);
        await application.DisposeAsync().ConfigureAwait(false);
    }
}

/// <summary>What the tests call.</summary>
[SuppressMessage("Performance", "CA1822", Justification = "What a service publishes are instance methods.")]
public sealed class Service
{
    private int _notified;

    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A call of <see cref="WaitAsync"/> has begun.</summary>
    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A call of <see cref="WaitAsync"/> was cancelled.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Notified => Volatile.Read(ref _notified);

    private int _ticking;

    /// <summary>How many streams of <see cref="Ticks"/> are not disposed.</summary>
    public int Ticking => Volatile.Read(ref _ticking);

    public async IAsyncEnumerable<int> Ticks([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _ticking);

        try
        {
            for (int i = 0; ; i++)
            {
                yield return i;
                await Task.Delay(1, cancellationToken);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _ticking);
        }
    }

    public async Task<int> TotalAsync(IAsyncEnumerable<int> values)
    {
        int total = 0;

        await foreach (int value in values)
        {
            total += value;
        }

        return total;
    }

    public int Sum(int x, int y) => x + y;

    public MprpcRaw Echo(MprpcRaw value) => value;

    public async Task<int> SlowAsync(int value)
    {
        await Gate.Task;
        return value;
    }

    public async Task<int> DelayAsync(int value, int milliseconds)
    {
        await Task.Delay(milliseconds);
        return value;
    }

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        Waiting.TrySetResult();

        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        finally
        {
            Cancelled.TrySetResult();
        }
    }

    public void Notify() => Interlocked.Increment(ref _notified);

    public void Fail() => throw new MprpcException("boom");
}
