using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mprpc.Client.Tests;

/// <summary>Notifications pass the client's filters too; and filters that the application's services make.</summary>
public sealed class NotificationFilterTests
{
    private static readonly TimeSpan Deadline = ScriptedServer.Deadline;

    [Fact]
    public async Task Notifications_OfOneThread_KeepTheirOrderAndCanBeDropped()
    {
        using var server = new ScriptedServer();
        var options = new MprpcClientOptions();
        options.AddFilter((call, next) =>
        {
            Assert.True(call.IsNotification);
            Assert.Null(call.ResultType);
            Assert.Null(call.Result);
            Assert.Throws<InvalidOperationException>(() => call.Result = 1);
            return call.GetArgument<int>(0) == 2 ? ValueTask.CompletedTask : next(call);
        });
        await using var client = new MprpcClient(server.Url, options);
        INumbers numbers = client.As<INumbers>();

        numbers.Add(1);
        numbers.Add(2);
        await client.NotifyAsync("add", 2).AsTask().WaitAsync(Deadline);
        numbers.Add(3);
        ScriptedConnection connection = await server.AcceptAsync();
        await client.NotifyAsync("add", 4).AsTask().WaitAsync(Deadline);

        Assert.Equal("9302a36164649101", await connection.ReadAsync());
        Assert.Equal("9302a36164649103", await connection.ReadAsync());
        Assert.Equal("9302a36164649104", await connection.ReadAsync());
    }

    [Fact]
    public async Task Filter_OfATypedClient_SeesItsVoidMethods()
    {
        using var server = new ScriptedServer();
        await using var client = new MprpcClient(server.Url);
        INumbers numbers = client.As<INumbers>().With(new Replace());

        numbers.Add(1);

        Assert.Equal("9302a36164649107", await (await server.AcceptAsync()).ReadAsync());
    }

    [Fact]
    public async Task Metadata_WhereNoneIsTaken_IsRefused()
    {
        using var server = new ScriptedServer();
        var log = new Recorder();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(log));
        var options = new MprpcClientOptions { LoggerFactory = loggers, Extensions = MprpcExtensions.Never };
        options.AddFilter((call, next) =>
        {
            call.Options = call.Options with { Metadata = new MprpcMetadata { ["tenant"] = "x" } };
            return next(call);
        });
        await using var client = new MprpcClient(server.Url, options);

        await Assert.ThrowsAsync<NotSupportedException>(() => client.NotifyAsync("add", 1).AsTask().WaitAsync(Deadline));
        client.As<INumbers>().Add(1);       // nobody to throw at

        Assert.IsType<NotSupportedException>(await log.Logged.Task.WaitAsync(Deadline));
        Assert.True(await server.IsSilentAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AddFilter_OfTheBuilder_TakesItFromTheServicesOrMakesIt(bool isRegistered)
    {
        using var server = new ScriptedServer();
        var services = new ServiceCollection();
        services.AddSingleton(new Number(9));

        if (isRegistered)
        {
            services.AddSingleton(new Injected(new Number(8)));
        }

        services.AddMprpcClient<INumbers>(server.Url, options => options.Extensions = MprpcExtensions.Never)
            .AddFilter<Injected>()
            .AddFilter((call, next) => next(call));
        await using ServiceProvider provider = services.BuildServiceProvider();

        provider.GetRequiredService<INumbers>().Add(1);

        Assert.Equal(isRegistered ? "9302a36164649108" : "9302a36164649109", await (await server.AcceptAsync()).ReadAsync());
    }

    [MprpcService]
    public interface INumbers
    {
        void Add(int number);
    }

    public sealed record Number(int Value);

    public sealed class Injected(Number number) : IMprpcClientFilter
    {
        public ValueTask InvokeAsync(MprpcClientInvocation call, MprpcClientFilterDelegate next)
        {
            call.SetArgument(0, number.Value);
            return next(call);
        }
    }

    private sealed class Replace : IMprpcClientFilter
    {
        public ValueTask InvokeAsync(MprpcClientInvocation call, MprpcClientFilterDelegate next)
        {
            call.SetArgument(0, 7);
            return next(call);
        }
    }

    private sealed class Recorder : ILoggerProvider, ILogger
    {
        public TaskCompletionSource<Exception?> Logged { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => Logged.TrySetResult(exception);

        public void Dispose()
        {
        }
    }
}
