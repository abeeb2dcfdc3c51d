using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Mprpc.AspNetCore.Tests.Startup;

/// <summary>What cannot be served fails the start of the application, with a message that names it and the remedy.</summary>
public sealed class StartupErrorTests
{
    [Fact]
    public Task Method_Generic_FailsTheStart()
        => AssertStartFailsAsync<GenericMethod>("GenericMethod.Convert", "is generic", "[MprpcIgnore]");

    [Fact]
    public Task Method_WithRefParameter_FailsTheStart()
        => AssertStartFailsAsync<RefParameter>("RefParameter.Swap", "'left' by reference", "[MprpcIgnore]");

    [Fact]
    public Task Method_WithOutParameter_FailsTheStart()
        => AssertStartFailsAsync<OutParameter>("OutParameter.TryGet", "'value' by reference", "[MprpcIgnore]");

    [Fact]
    public Task Method_WithSpanParameter_FailsTheStart()
        => AssertStartFailsAsync<SpanParameter>("SpanParameter.Count", "'bytes' by reference", "[MprpcIgnore]");

    [Fact]
    public Task Method_WithRequiredParameterAfterOptional_FailsTheStart()
        => AssertStartFailsAsync<RequiredAfterOptional>("RequiredAfterOptional.Work", "'second' after a parameter with a default value", "put it first");

    [Fact]
    public Task Method_ReturningAStreamInsideAnotherType_FailsTheStart()
        => AssertStartFailsAsync<StreamInTask>(
            "StreamInTask.Numbers", "returns Task<IAsyncEnumerable<int>>", "a stream stands by itself", "Return IAsyncEnumerable<int> itself");

    [Fact]
    public Task Method_ReturningAStreamOfStreams_FailsTheStart()
        => AssertStartFailsAsync<StreamOfStreams>("StreamOfStreams.Numbers", "a stream stands by itself", "Return IAsyncEnumerable<int> itself");

    [Fact]
    public Task Method_TakingAListOfStreams_FailsTheStart()
        => AssertStartFailsAsync<StreamsInList>(
            "StreamsInList.Add", "takes 'all' as List<IAsyncEnumerable<int>>", "a stream stands by itself", "Take IAsyncEnumerable<int> itself");

    [Fact]
    public Task Method_TakingAStreamAndReturningVoid_FailsTheStart()
        => AssertStartFailsAsync<FedAndVoid>("FedAndVoid.Add", "takes the stream 'numbers' and returns void", "Return Task");

    [Fact]
    public Task Method_TakingAClassThatIsAStream_FailsTheStart()
        => AssertStartFailsAsync<OwnStream>("OwnStream.Add", "takes 'numbers' as Sequence", "Take IAsyncEnumerable<int> itself");

    [Fact]
    public Task Method_TakingAnObjectThatHasAStream_FailsTheStart()
        => AssertStartFailsAsync<StreamAsMember>("StreamAsMember.Add", "IAsyncEnumerable<int>", "a stream stands by itself");

    [Fact]
    public Task Method_TakingAFileStream_FailsTheStart()
        => AssertStartFailsAsync<FileTaken>("FileTaken.Add", "takes 'file' as FileStream", "a stream stands by itself", "Take Stream itself");

    [Fact]
    public Task Method_ReturningAListOfPipes_FailsTheStart()
        => AssertStartFailsAsync<PipesInList>("PipesInList.All", "a stream stands by itself", "Return PipeReader itself");

    [Fact]
    public Task Method_ReturningAStreamOfWhatCannotBeSent_FailsTheStart()
        => AssertStartFailsAsync<StreamOfExceptions>("StreamOfExceptions.Numbers", "Exception cannot be sent", "[MprpcIgnore]");

    [Fact]
    public Task Methods_WithOneWireName_FailTheStart()
        => AssertStartFailsAsync<TwoOfOneName>("TwoOfOneName.GetUser", "TwoOfOneName.GetUserAsync", "'get_user'", "[MprpcMethod(");

    [Fact]
    public Task Service_WithoutMethods_FailsTheStart()
        => AssertStartFailsAsync<Empty>("Empty", "publishes no method", "public");

    [Fact]
    public Task Service_ThatCannotBeCreated_FailsTheStart()
        => AssertStartFailsAsync<IUnregistered>("IUnregistered", "cannot be created", "Register it");

    [Fact]
    public async Task Services_OfOnePortWithOneWireName_FailTheStart()
    {
        using var free = new FreePort();
        int port = free.Release();

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app =>
            {
                app.MapMprpcService<Simple>(port);
                app.MapMprpcService<AlsoSimple>(port);
            }));

        AssertNames(exception, "AlsoSimple.Work", "Simple.Work", "'work'", "Prefix");
    }

    [Fact]
    public void MapMprpcService_WithoutAddMprpc_Throws()
    {
        RpcHost host = RpcHost.Build(configure: null, map: null);

        var exception = Assert.Throws<InvalidOperationException>(() => host.App.MapMprpcService<Simple>(0));

        AssertNames(exception, "MapMprpcService<Simple>", "builder.Services.AddMprpc()");
    }

    [Fact]
    public async Task UseMessagePackRpc_WithoutAddMprpc_Throws()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => RpcHost.StartAsync(
            builder => builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseMessagePackRpc())),
            map: null));

        AssertNames(exception, "UseMessagePackRpc()", "builder.Services.AddMprpc()");
    }

    [Fact]
    public async Task UseMessagePackRpc_WithoutServices_FailsTheStart()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => RpcHost.StartOnKestrelAsync(endpoint: null));

        AssertNames(exception, "UseMessagePackRpc()", "no service", "AddService<T>()", "MapService<T>()");
    }

    [Fact]
    public async Task Port_InUse_FailsTheStartNamingAddressServiceAndRemedy()
    {
        using var taken = new FreePort();

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app => app.MapMprpcService<Simple>(taken.Port)));

        AssertNames(exception, $"127.0.0.1:{taken.Port}", "Simple", "another port");
    }

    [Fact]
    public async Task Address_OfAnotherMachine_FailsTheStartNamingUrlAndRemedy()
    {
        // RFC 5737: an address for documents, which no machine has.
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app => app.MapMprpcService<Simple>("tcp://192.0.2.1:6000")));

        AssertNames(exception, "tcp://192.0.2.1:6000", "not an address of this machine", "0.0.0.0");
    }

    [Fact]
    public async Task Port_InUse_LeavesNothingListening()
    {
        using var taken = new FreePort();
        using var other = new FreePort();
        int free = other.Release();

        await Assert.ThrowsAsync<InvalidOperationException>(() => RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app =>
            {
                app.MapMprpcService<Simple>(free);
                app.MapMprpcService<Simple>(taken.Port);
            }));

        await Assert.ThrowsAsync<SocketException>(() => RawPeer.DialAsync(new IPEndPoint(IPAddress.Loopback, free)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1:6000")]
    [InlineData("http://127.0.0.1:6000")]
    [InlineData("tcp://127.0.0.1")]
    [InlineData("tcp://127.0.0.1:65536")]
    [InlineData("tcp://127.0.0.1:-1")]
    [InlineData("tcp://127.0.0.1:http")]
    [InlineData("tcp://:6000")]
    [InlineData("tcp://a b:6000")]
    [InlineData("tcp://[::1]")]
    [InlineData("tcp://example.org:6000")]
    [InlineData("unix://relative.sock")]
    public void Url_ThatIsNoAddress_Throws(string url)
    {
        RpcHost host = RpcHost.Build(builder => builder.Services.AddMprpc(), map: null);

        var exception = Assert.ThrowsAny<ArgumentException>(() => host.App.MapMprpcService<Simple>(url));

        Assert.NotEmpty(exception.Message);
        Assert.True(url.Length == 0 || exception.Message.Contains(url, StringComparison.Ordinal), exception.Message);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65_536)]
    public void Port_ThatIsNone_Throws(int port)
    {
        RpcHost host = RpcHost.Build(builder => builder.Services.AddMprpc(), map: null);

        Assert.Throws<ArgumentOutOfRangeException>(() => host.App.MapMprpcService<Simple>(port));
    }

    [Fact]
    public async Task MapMprpcService_AfterTheStart_Throws()
    {
        await using RpcHost host = await RpcHost.StartAsync<Simple>();

        var exception = Assert.Throws<InvalidOperationException>(() => host.App.MapMprpcService<Simple>(0));

        AssertNames(exception, "tcp://127.0.0.1:0", "after the application had started", "before app.Run()");
    }

    [Theory]
    [InlineData("MaxMessageSize", "0")]
    [InlineData("MaxMessageSize", "-1")]
    [InlineData("MaxDepth", "0")]
    [InlineData("MaxDepth", "1")]
    [InlineData("MaxDepth", "1025")]
    [InlineData("MaxCallsInFlightPerConnection", "0")]
    [InlineData("MaxCallsInFlightPerConnection", "-5")]
    public async Task Limit_OutOfRange_FailsTheStartNamingKeyAndRemedy(string limit, string value)
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => RpcHost.StartAsync(
            builder =>
            {
                builder.Configuration[$"Mprpc:Limits:{limit}"] = value;
                builder.Services.AddMprpc();
            },
            app => app.MapMprpcService<Simple>(0)));

        AssertNames(
            exception, $"Mprpc:Limits:{limit}", $"MprpcServerOptions.Limits.{limit}", int.Parse(value, null).ToString("N0", null), "allowed is",
            "Leave it out");
    }

    [Fact]
    public async Task Limit_ThatIsNoNumber_FailsTheStartNamingTheKey()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => RpcHost.StartAsync(
            builder =>
            {
                builder.Configuration["Mprpc:Limits:MaxDepth"] = "deep";
                builder.Services.AddMprpc();
            },
            app => app.MapMprpcService<Simple>(0)));

        AssertNames(exception, "Mprpc:Limits:MaxDepth");
    }

    [Fact]
    public async Task NamingPolicy_Undefined_FailsTheStart()
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(
            () => RpcHost.StartAsync<Simple>(options => options.NamingPolicy = (MprpcNamingPolicy)9));

        AssertNames(exception, "Mprpc:NamingPolicy", "SnakeCase", "CamelCase", "AsDeclared");
    }

    [Fact]
    public async Task ConfigurationSection_Mprpc_IsBound()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder =>
            {
                builder.Configuration["Mprpc:EnableDetailedErrors"] = "true";
                builder.Configuration["Mprpc:NamingPolicy"] = "AsDeclared";
                builder.Configuration["Mprpc:Limits:MaxDepth"] = "3";
                builder.Configuration["Mprpc:Limits:MaxMessageSize"] = "1000";
                builder.Configuration["Mprpc:Limits:MaxCallsInFlightPerConnection"] = "7";
                builder.Services.AddMprpc(options => options.Limits.MaxDepth++);
            },
            app => app.MapMprpcService<Simple>(0));
        await using RawPeer peer = await host.DialAsync();
        MprpcServerOptions options = host.App.Services.GetRequiredService<IOptions<MprpcServerOptions>>().Value;

        await peer.SendAsync("94 00 01 a4576f726b 90");
        string answer = await peer.ReadMessageAsync();
        await peer.SendAsync("94 00 01 a4576f726b 91 91 91 91 90");
        string rest = await peer.ReadToAnyEndAsync();
        LogEntry logged = await host.Log.WaitForAsync(3);

        Assert.Equal("940101c001", answer);
        Assert.Equal("", rest);
        Assert.Contains("deeper than 4 ", logged.Message, StringComparison.Ordinal);
        Assert.Equal((true, 1000, 7), (options.EnableDetailedErrors, options.Limits.MaxMessageSize, options.Limits.MaxCallsInFlightPerConnection));
    }

    private static async Task AssertStartFailsAsync<T>(params string[] parts)
        where T : class
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => RpcHost.StartAsync<T>());

        AssertNames(exception, parts);
    }

    private static void AssertNames(Exception exception, params string[] parts)
        => Assert.All(parts, part => Assert.Contains(part, exception.Message, StringComparison.Ordinal));

    private interface IUnregistered
    {
        int Work();
    }

    private sealed class GenericMethod
    {
        public T Convert<T>(T value) => value;
    }

    private sealed class RefParameter
    {
        public void Swap(ref int left, ref int right) => (left, right) = (right, left);
    }

    private sealed class OutParameter
    {
        public bool TryGet(int key, out int value) => (value = key) > 0;
    }

    private sealed class SpanParameter
    {
        public int Count(ReadOnlySpan<byte> bytes) => bytes.Length;
    }

    private sealed class RequiredAfterOptional
    {
        public int Work([System.Runtime.InteropServices.Optional, System.Runtime.InteropServices.DefaultParameterValue(1)] int first, int second)
            => first + second;
    }

    private sealed class StreamInTask
    {
        public Task<IAsyncEnumerable<int>> Numbers() => Task.FromResult(AsyncEnumerable.Empty<int>());
    }

    private sealed class StreamOfStreams
    {
        public IAsyncEnumerable<IAsyncEnumerable<int>> Numbers() => AsyncEnumerable.Empty<IAsyncEnumerable<int>>();
    }

    private sealed class StreamsInList
    {
        public int Add(List<IAsyncEnumerable<int>> all) => all.Count;
    }

    private sealed class FedAndVoid
    {
        public void Add(IAsyncEnumerable<int> numbers) => numbers.GetAsyncEnumerator();
    }

    private sealed class OwnStream
    {
        public Task<int> Add(Sequence numbers) => Task.FromResult(numbers.GetHashCode());
    }

    private sealed class FileTaken
    {
        public Task<long> Add(FileStream file) => Task.FromResult(file.Length);
    }

    private sealed class PipesInList
    {
        public Task<List<System.IO.Pipelines.PipeReader>> All() => Task.FromResult(new List<System.IO.Pipelines.PipeReader>());
    }

    private sealed class StreamAsMember
    {
        public Task<int> Add(Live live) => Task.FromResult(live.Number);
    }

    private sealed class StreamOfExceptions
    {
        public IAsyncEnumerable<Exception> Numbers() => AsyncEnumerable.Empty<Exception>();
    }

    private sealed record Live(int Number, IAsyncEnumerable<int> Numbers);

    private sealed class Sequence : IAsyncEnumerable<int>
    {
        public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken = default)
            => AsyncEnumerable.Empty<int>().GetAsyncEnumerator(cancellationToken);
    }

    private sealed class TwoOfOneName
    {
        public int GetUser() => 1;

        public Task<int> GetUserAsync() => Task.FromResult(2);
    }

    private sealed class Empty;

    private sealed class Simple
    {
        public int Work() => 1;
    }

    private sealed class AlsoSimple
    {
        public int Work() => 2;
    }
}
