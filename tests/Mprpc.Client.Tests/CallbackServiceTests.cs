using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Mprpc.Client.Tests;

/// <summary>What the server calls of a client, from the application's services.</summary>
public sealed class CallbackServiceTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public async Task Call_OfTheServer_GetsAScopeThatIsDisposedAfterIt(int maxInFlight)
    {
        using var server = new ScriptedServer();
        await using ServiceProvider provider = Services().AddMprpcClient<IPeer>(server.Url, Options(maxInFlight)).AddCallbackService<Progress>("p").Services
            .BuildServiceProvider(validateScopes: true);
        var counter = provider.GetRequiredService<Counter>();
        await provider.GetRequiredKeyedService<MprpcClient>(server.Url).ConnectAsync().AsTask().WaitAsync(Deadline);
        ScriptedConnection connection = await server.AcceptAsync();

        await connection.SendAsync("940001a6702e6e65787490");       // [0, 1, "p.next", []]
        string first = await connection.ReadAsync();
        await connection.SendAsync("940002a6702e6e65787490");
        string second = await connection.ReadAsync();

        // [1, msgid, nil, [number of the scope's object, of the call's services, of the parameter]]
        Assert.Equal("940101c093010101", first);
        Assert.Equal("940102c093020202", second);
        await counter.Disposed(2).WaitAsync(Deadline);
    }

    [Fact]
    public async Task Service_ThatIsRegistered_IsTakenAsItIs()
    {
        using var server = new ScriptedServer();
        IServiceCollection services = Services().AddScoped<ICallback, Callback>();
        services.AddMprpcClient<IPeer>(server.Url, Options(int.MaxValue)).AddCallbackService<ICallback>();
        await using ServiceProvider provider = services.BuildServiceProvider(validateScopes: true);
        await provider.GetRequiredKeyedService<MprpcClient>(server.Url).ConnectAsync().AsTask().WaitAsync(Deadline);
        ScriptedConnection connection = await server.AcceptAsync();

        await connection.SendAsync("940001a46e65787490");           // [0, 1, "next", []]

        Assert.Equal("940101c001", await connection.ReadAsync());
    }

    private static IServiceCollection Services() => new ServiceCollection().AddSingleton<Counter>().AddScoped<Unit>();

    private static Action<MprpcClientOptions> Options(int maxInFlight) => options =>
    {
        options.Extensions = MprpcExtensions.Never;
        options.MaxInFlightPerConnection = maxInFlight;
    };

    [MprpcService]
    public interface IPeer
    {
        Task<int> SumAsync(int x, int y);
    }

    [MprpcService]
    public interface ICallback
    {
        int Next();
    }

    public sealed class Counter
    {
        private readonly TaskCompletionSource[] _disposed = [new(), new(), new()];
        private int _made;
        private int _gone;

        public int Make() => Interlocked.Increment(ref _made);

        public void Dispose() => _disposed[Interlocked.Increment(ref _gone)].TrySetResult();

        public Task Disposed(int count) => _disposed[count].Task;
    }

    public sealed class Unit(Counter counter) : IDisposable
    {
        public int Number { get; } = counter.Make();

        public void Dispose() => counter.Dispose();
    }

    public sealed class Progress(Unit unit)
    {
        public int[] Next(MprpcCallContext call, [FromServices] Unit same)
            => [unit.Number, call.Services.GetRequiredService<Unit>().Number, same.Number];
    }

    public sealed class Callback(Unit unit) : ICallback
    {
        public int Next() => unit.Number;
    }
}
