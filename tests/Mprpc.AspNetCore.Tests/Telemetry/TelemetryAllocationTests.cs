using Mprpc.AspNetCore.Tests.Telemetry.Kit;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Telemetry;

/// <summary>What measuring costs: no byte a call, whether or not a meter is listened to. Spans do cost.</summary>
[Collection(ListenerTestsGroup.Name)]
public sealed class TelemetryAllocationTests
{
    private const int Calls = InlineConnection.Calls;
    private const int Rounds = 20;
    private const int MostRounds = 500;
    private const int AnswerLength = 5;

    // Of the whole process, in which other things happen: less than the smallest object a call.
    private const int MostOfMade = Calls * 4;

    [Fact]
    public async Task ServedCalls_WithAMeterListenedToOrNot_AllocateNothing()
    {
        long off = await MeasureServedAsync(Listen.Nobody);
        long metered = await MeasureServedAsync(Listen.Meter);

        // A byte a call would be 2,000.
        Assert.InRange(off, 0, Calls / 2);
        Assert.InRange(metered, 0, Calls / 2);
    }

    [Fact]
    public async Task ServedCalls_WithSpans_AreSeenToAllocate()
    {
        // What shows that the other test can fail.
        Assert.True(await MeasureServedAsync(Listen.Spans) > Calls * 100);
    }

    [Fact]
    public async Task MadeCalls_WithAMeterListenedTo_AllocateNothingMore()
    {
        long off = await MeasureMadeAsync(Listen.Nobody);
        long metered = await MeasureMadeAsync(Listen.Meter);
        long spans = await MeasureMadeAsync(Listen.Spans);

        Assert.InRange(off, 0, MostOfMade);
        Assert.InRange(metered, 0, MostOfMade);
        Assert.True(spans > Calls * 400, $"{spans} with spans");
    }

    private static IDisposable? Begin(Listen listen, IServiceProvider services) => listen switch
    {
        Listen.Meter => new Quiet(services),
        Listen.Spans => new SpanRecorder(),
        _ => null,
    };

    /// <summary>The least bytes of several rounds that the thread allocates on which calls are read, run and answered.</summary>
    private static async Task<long> MeasureServedAsync(Listen listen)
    {
        await using RpcHost host = RpcHost.Build(builder => builder.Services.AddSingleton<Adder>().AddMprpc(), map: null);
        var endpoint = new MprpcEndpointOptions().MapService<Adder>();
        using IDisposable? listener = Begin(listen, host.App.Services);
        await using var connection = new InlineConnection(host, endpoint);
        return await connection.MeasureAsync("94 00 01 a373756d 92 01 02", AnswerLength);
    }

    /// <summary>The least bytes of several rounds that the whole process allocates, server and client.</summary>
    private static async Task<long> MeasureMadeAsync(Listen listen)
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton<Adder>().AddMprpc();
                builder.Services.AddMprpcClient<IAdder>("adder");
            },
            app =>
            {
                app.MapMprpcService<Adder>(0);
                app.Lifetime.ApplicationStarted.Register(() => app.Configuration["Mprpc:Clients:adder:Url"]
                    = $"tcp://{app.Services.GetRequiredService<IMprpcServer>().Endpoints[0]}");
            });
        IAdder adder = host.App.Services.GetRequiredService<IAdder>();
        using IDisposable? listener = Begin(listen, host.App.Services);
        long least = long.MaxValue;

        // Code that is not yet compiled as it will be boxes what it need not: how soon that ends, the machine's load decides.
        for (int round = 0; round < MostRounds && (round < Rounds || (least > MostOfMade && listen != Listen.Spans)); round++)
        {
            least = Math.Min(least, await Task.Run(() => AllocatedAsync(adder)).InTime());
            await Task.Delay(1);
        }

        return least;
    }

    private static async Task<long> AllocatedAsync(IAdder adder)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);

        for (int i = 0; i < Calls; i++)
        {
            await adder.SumAsync(i, 1);
        }

        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    private enum Listen
    {
        Nobody,
        Meter,
        Spans,
    }

    [MprpcService]
    public interface IAdder
    {
        ValueTask<int> SumAsync(int x, int y);
    }

    public sealed class Adder
    {
        public int Sum(int x, int y) => x + y;
    }

    /// <summary>Listens and keeps nothing.</summary>
    private sealed class Quiet : IDisposable
    {
        private readonly System.Diagnostics.Metrics.MeterListener _listener = new();

        public Quiet(IServiceProvider services)
        {
            var factory = services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == factory)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref Count));
            _listener.Start();
        }

        public int Count;

        public void Dispose()
        {
            _listener.Dispose();
            Assert.True(Count > Calls, "Nothing was measured.");
        }
    }
}
