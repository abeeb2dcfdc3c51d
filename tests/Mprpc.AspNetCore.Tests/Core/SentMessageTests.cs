using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>A message that the peer would refuse is refused where it is written: only that call fails, and its error has both numbers.</summary>
[Collection(CoreTestsGroup.Name)]
public sealed partial class SentMessageTests
{
    private const string Option = "MaxSendMessageSize";
    private const int Allowed = 4 * 1024 * 1024;
    private const int TooLarge = 5_000_000;
    private const int AllowedDepth = 64;
    private const int TooDeep = 70;

    [Theory]
    [InlineData("too large")]
    [InlineData("too deep")]
    public async Task Client_CallThatIsTooLargeOrTooDeep_FailsAloneWithBothNumbers(string mistake)
    {
        var service = new Service();
        await using RpcHost host = await RpcHost.StartAsync<Service>(services: services => services.AddSingleton(service));
        await using MprpcClient client = host.CreateClient();
        Task<int>[] neighbours = await HoldAsync(count => [.. Enumerable.Range(0, count).Select(i => client.CallAsync<int>("hold", i).AsTask())], service);

        Exception? failure = await Record.ExceptionAsync(async () => await client.CallAsync<MprpcRaw>("echo", ValueOf(mistake)).InTime());

        await AssertAloneAsync(failure, mistake, service, neighbours);
        Assert.Equal(1, host.App.Services.GetRequiredService<IMprpcServer>().ConnectionCount);
    }

    [Theory]
    [InlineData("too large")]
    [InlineData("too deep")]
    public async Task Client_NotificationThatIsTooLargeOrTooDeep_FailsAloneWithBothNumbers(string mistake)
    {
        var service = new Service();
        await using RpcHost host = await RpcHost.StartAsync<Service>(services: services => services.AddSingleton(service));
        await using MprpcClient client = host.CreateClient();
        Task<int>[] neighbours = await HoldAsync(count => [.. Enumerable.Range(0, count).Select(i => client.CallAsync<int>("hold", i).AsTask())], service);

        Exception? failure = await Record.ExceptionAsync(async () => await client.NotifyAsync("echo", ValueOf(mistake)).InTime());

        await AssertAloneAsync(failure, mistake, service, neighbours);
    }

    [Theory]
    [InlineData("too large")]
    [InlineData("too deep")]
    public async Task Server_AnswerThatIsTooLargeOrTooDeep_FailsItsCallAlone(string mistake)
    {
        var service = new Service();
        await using RpcHost host = await RpcHost.StartAsync<Service>(
            options => options.EnableDetailedErrors = true, services => services.AddSingleton(service));
        await using MprpcClient client = host.CreateClient();
        Task<int>[] neighbours = await HoldAsync(count => [.. Enumerable.Range(0, count).Select(i => client.CallAsync<int>("hold", i).AsTask())], service);

        Exception? failure = await Record.ExceptionAsync(async () => await client.CallAsync<MprpcRaw>("make", mistake).InTime());
        service.Release();

        Assert.IsType<MprpcRemoteException>(failure);
        Assert.Equal(Enumerable.Range(0, neighbours.Length), await Task.WhenAll(neighbours).InTime());
    }

    [Theory]
    [InlineData("too large")]
    [InlineData("too deep")]
    public async Task Server_CallThatIsTooLargeOrTooDeep_FailsAloneWithBothNumbers(string mistake)
    {
        var service = new Service();
        await using RpcHost host = await RpcHost.StartAsync<Service>(services: services => services.AddSingleton(service));
        MprpcClientOptions options = new MprpcClientOptions().AddHandler("echo", (MprpcRaw value) => value).AddHandler("hold", service.HoldAsync);
        await using MprpcClient client = await MprpcClient.ConnectAsync($"tcp://{host.Rpc}", options).InTime();
        Assert.Equal(3, await client.CallAsync<int>("sum", 1, 2).InTime());
        MprpcConnection connection = Assert.Single(host.App.Services.GetRequiredService<IMprpcServer>().Connections);
        Task<int>[] neighbours = await HoldAsync(count => [.. Enumerable.Range(0, count).Select(i => connection.CallAsync<int>("hold", i).AsTask())], service);

        Exception? failure = await Record.ExceptionAsync(async () => await connection.CallAsync<MprpcRaw>("echo", ValueOf(mistake)).InTime());

        await AssertAloneAsync(failure, mistake, service, neighbours);
    }

    // By reflection, so that this compiles before the options are there.
    [Theory]
    [InlineData(typeof(MprpcClientOptions))]
    [InlineData(typeof(MprpcServerLimits))]
    public void Option_OfTheLargestMessageSent_IsFourMebibytesByDefault(Type options)
    {
        PropertyInfo? property = options?.GetProperty(Option);

        Assert.NotNull(property);
        Assert.Equal(Allowed, property.GetValue(Activator.CreateInstance(options!)));
    }

    [Fact]
    public async Task Client_WithASmallerOption_RefusesWhatIsLarger()
    {
        await using RpcHost host = await RpcHost.StartAsync<Service>(services: services => services.AddSingleton<Service>());
        var options = new MprpcClientOptions();
        PropertyInfo? property = typeof(MprpcClientOptions).GetProperty(Option);
        Assert.NotNull(property);
        property.SetValue(options, 1_000);
        await using var client = new MprpcClient($"tcp://{host.Rpc}", options);

        Exception? failure = await Record.ExceptionAsync(async () => await client.CallAsync<MprpcRaw>("echo", new byte[2_000]).InTime());

        Assert.NotNull(failure);
        Assert.Contains(NumbersOf(failure.Message), number => number == 1_000);
        Assert.Contains(NumbersOf(failure.Message), number => number > 2_000);
        Assert.Contains(Option, failure.Message, StringComparison.Ordinal);
        Assert.Equal(900, (await client.CallAsync<byte[]>("echo", new byte[900]).InTime()).Length);
    }

    private static async Task<Task<int>[]> HoldAsync(Func<int, Task<int>[]> call, Service service)
    {
        const int Neighbours = 10;
        Task<int>[] neighbours = call(Neighbours);
        await Bounded.Until(() => service.Held == Neighbours, "the neighbours to run");
        return neighbours;
    }

    private static async Task AssertAloneAsync(Exception? failure, string mistake, Service service, Task<int>[] neighbours)
    {
        service.Release();
        Exception? collateral = await Record.ExceptionAsync(() => Task.WhenAll(neighbours).InTime());

        Assert.True(collateral is null, $"The neighbours failed: {collateral?.Message} The call itself: {failure?.Message}");
        Assert.Equal(Enumerable.Range(0, neighbours.Length), neighbours.Select(neighbour => neighbour.Result));
        Assert.NotNull(failure);
        Assert.IsNotType<MprpcConnectionException>(failure);
        int allowed = mistake == "too large" ? Allowed : AllowedDepth;
        Assert.Contains(NumbersOf(failure.Message), number => number == allowed);
        Assert.Contains(NumbersOf(failure.Message), number => number > allowed);
    }

    private static IEnumerable<int> NumbersOf(string text) =>
        Number().Matches(text).Select(match => int.Parse(match.Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture));

    private static MprpcRaw ValueOf(string mistake)
    {
        if (mistake == "too large")
        {
            return MprpcRaw.From(new byte[TooLarge]);
        }

        // [[[...[]...]]]
        byte[] nested = new byte[TooDeep];
        Array.Fill(nested, (byte)0x91);
        nested[^1] = 0x90;
        return new MprpcRaw(nested);
    }

    [GeneratedRegex("[0-9][0-9,]*[0-9]|[0-9]")]
    private static partial Regex Number();

    public sealed class Service
    {
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _held;

        public int Held => Volatile.Read(ref _held);

        public void Release() => _gate.TrySetResult();

        public int Sum(int x, int y) => x + y;

        public MprpcRaw Echo(MprpcRaw value) => value;

        public MprpcRaw Make(string mistake) => ValueOf(mistake);

        public async Task<int> HoldAsync(int value)
        {
            Interlocked.Increment(ref _held);
            await _gate.Task;
            return value;
        }
    }
}
