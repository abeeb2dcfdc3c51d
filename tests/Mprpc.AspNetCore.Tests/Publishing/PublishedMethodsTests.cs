using System.Text;
using Mprpc.Client;

namespace Mprpc.AspNetCore.Tests.Publishing;

/// <summary>Only what was published can be called, and under which name.</summary>
public sealed class PublishedMethodsTests
{
    [Fact]
    public async Task Class_WithoutAttribute_PublishesItsPublicInstanceMethodsOnly()
    {
        string[] candidates =
        [
            "plain", "inherited", "overridden", "static_one", "get_property", "set_property", "property", "add_event", "remove_event", "event", "get_item",
            "item", "internal_one",
            "protected_one", "private_one", "hidden", "explicit_one", "dispose", "dispose_async", "Dispose", "DisposeAsync", "to_string", "ToString", "equals",
            "Equals",
            "get_hash_code", "get_type", "memberwise_clone", "finalize", "reference_equals", ".ctor", "Plain", "PLAIN", "op_addition", "plain ", "plain\0",
        ];

        string[] callable = await CallableAsync<Everything>(candidates);

        Assert.Equal(["plain", "inherited", "overridden"], callable);
    }

    [Fact]
    public async Task Record_AsService_PublishesNothingTheCompilerMade()
    {
        string[] candidates = ["plain", "equals", "deconstruct", "print_members", "to_string", "<clone>$", "<_clone>$", "<Clone>$", "get_hash_code"];

        string[] callable = await CallableAsync<RecordService>(candidates);

        Assert.Equal(["plain"], callable);
    }

    [Fact]
    public async Task Class_WithContractInterface_PublishesWhatTheInterfaceDeclaresOnly()
    {
        string[] candidates =
        [
            "contract.declared", "contract.from_base", "contract.own", "declared", "own", "contract.other", "other", "contract.dispose", "contract.by_name",
            "named",
        ];

        string[] callable = await CallableAsync<Contracted>(candidates);

        Assert.Equal(["contract.declared", "contract.from_base", "named"], callable);
    }

    [Fact]
    public async Task Class_WithTwoContractInterfaces_PublishesBoth()
    {
        string[] callable = await CallableAsync<TwoContracts>(["one", "two", "own"]);

        Assert.Equal(["one", "two"], callable);
    }

    [Fact]
    public async Task Class_WithBaseClassOfAFramework_PublishesNothingOfIt()
    {
        string[] callable = await CallableAsync<FrameworkBased>(
            ["own", "write_line", "write", "flush", "close", "get_lifetime_service", "initialize_lifetime_service"]);

        Assert.Equal(["own"], callable);
    }

    [Theory]
    [InlineData(MprpcNamingPolicy.SnakeCase, "get_user")]
    [InlineData(MprpcNamingPolicy.SnakeCase, "http_server_v2")]
    [InlineData(MprpcNamingPolicy.CamelCase, "getUser")]
    [InlineData(MprpcNamingPolicy.CamelCase, "hTTPServerV2")]
    [InlineData(MprpcNamingPolicy.AsDeclared, "GetUser")]
    [InlineData(MprpcNamingPolicy.AsDeclared, "HTTPServerV2")]
    [InlineData(MprpcNamingPolicy.SnakeCase, "Exactly.So")]
    [InlineData(MprpcNamingPolicy.CamelCase, "Exactly.So")]
    [InlineData(MprpcNamingPolicy.SnakeCase, "async")]
    [InlineData(MprpcNamingPolicy.AsDeclared, "Async")]
    public async Task NamingPolicy_Set_MakesTheName(MprpcNamingPolicy policy, string name)
    {
        string[] callable = await CallableAsync<Named>([name], options => options.NamingPolicy = policy);

        Assert.Equal([name], callable);
    }

    [Fact]
    public async Task Prefix_OfAttributeAndOfMapping_StandsBeforeEachNameButThoseSetByHand()
    {
        await using RpcHost host = await RpcHost.StartAsync(
            builder => builder.Services.AddMprpc(),
            app =>
            {
                app.MapMprpcService<Prefixed>(0);
                app.MapMprpcService<Prefixed>(0).WithPrefix("other");
            });

        string[] byAttribute = await CallableAsync(RpcClient(host, 0), ["attribute.work", "work", "other.work", "by_hand", "attribute.by_hand"]);
        string[] byMapping = await CallableAsync(RpcClient(host, 1), ["attribute.work", "work", "other.work", "by_hand", "other.by_hand"]);

        Assert.Equal(["attribute.work", "by_hand"], byAttribute);
        Assert.Equal(["other.work", "by_hand"], byMapping);
    }

    [Fact]
    public async Task Name_UnknownHiddenOrPrivate_GetsTheSameBytes()
    {
        // All of one length.
        string[] names = ["nosuch12", "hiddenxx", "hidden_1", "secret_1", "tostring", "static_1"];
        await using RpcHost host = await RpcHost.StartAsync<Secretive>();
        await using RawPeer peer = await host.DialAsync();
        List<string> answers = [];

        foreach (string name in names)
        {
            string hex = Hex.Text(Encoding.UTF8.GetBytes(name));
            await peer.SendAsync("94 00 09 a8" + hex + "90");
            answers.Add((await peer.ReadMessageAsync()).Replace(hex, "<name>", StringComparison.Ordinal));
        }

        Assert.Single(answers.Distinct());
        Assert.DoesNotContain("c0c0", answers[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Name_UnknownWithControlCharacters_ComesBackCutAndClean()
    {
        await using RpcHost host = await RpcHost.StartAsync<Secretive>();
        await using MprpcClient client = host.CreateClient();
        string name = "\u001b[31m\r\nforged" + new string('x', 10_000);

        var exception = await Assert.ThrowsAsync<MprpcRemoteException>(() => client.CallAsync<int>(name).InTime());
        LogEntry logged = await host.Log.WaitForAsync(10);

        Assert.True(exception.Message.Length < 200);
        Assert.DoesNotContain(exception.Message, char.IsControl);
        Assert.DoesNotContain(logged.Message, char.IsControl);
        Assert.True(logged.Message.Length < 300);
    }

    [Fact]
    public async Task Interface_AddedAsService_IsServedByWhatIsRegisteredForIt()
    {
        await using RpcHost host = await RpcHost.StartOnKestrelAsync(
            endpoint: null,
            builder =>
            {
                builder.Services.AddScoped<IGreeter, Greeter>();
                builder.Services.AddMprpc().AddService<IGreeter>();
            });
        await using var client = new MprpcClient($"tcp://{host.Http}");

        string greeting = await client.CallAsync<string>("greet", "you").InTime();
        string[] callable = await CallableAsync(client, ["greet", "not_declared"]);

        Assert.Equal("Hello you", greeting);
        Assert.Equal(["greet"], callable);
    }

    private static MprpcClient RpcClient(RpcHost host, int endpoint) => new($"tcp://{host.Endpoints[endpoint]}");

    private static async Task<string[]> CallableAsync<T>(string[] names, Action<MprpcServerOptions>? configure = null)
        where T : class
    {
        await using RpcHost host = await RpcHost.StartAsync<T>(configure);
        return await CallableAsync(host.CreateClient(), names);
    }

    /// <summary>The names that are not answered with "not found".</summary>
    private static async Task<string[]> CallableAsync(MprpcClient client, string[] names)
    {
        await using MprpcClient owned = client;
        List<string> callable = [];

        foreach (string name in names)
        {
            try
            {
                await client.CallAsync(name).InTime();
                callable.Add(name);
            }
            catch (MprpcRemoteException exception)
            {
                if (!exception.Message.EndsWith("not found.", StringComparison.Ordinal))
                {
                    callable.Add(name);
                }
            }
        }

        return [.. callable];
    }

    private interface IExplicit
    {
        int ExplicitOne();
    }

    private interface IGreeter
    {
        string Greet(string name);
    }

    [MprpcService(Prefix = "contract")]
    private interface IContract : IContractBase, IDisposable
    {
        int Declared();

        [MprpcMethod("named")]
        int ByName();

        [MprpcIgnore]
        int Other();
    }

    private interface IContractBase
    {
        int FromBase();
    }

    [MprpcService]
    private interface IOne
    {
        int One();
    }

    [MprpcService]
    private interface ITwo
    {
        int Two();
    }

    private class Base
    {
        public int Inherited() => 1;

        public virtual int Overridden() => 2;
    }

    private sealed class Everything : Base, IExplicit, IDisposable, IAsyncDisposable
    {
        public event EventHandler? Event;

        public int Property { get; set; }

        public int this[int index] => index;

        public static Everything operator +(Everything left, Everything right) => left;

        public static int StaticOne() => 3;

        public int Plain() => Event is null ? PrivateOne() : ProtectedOne();

        public override int Overridden() => 4;

        [MprpcIgnore]
        public int Hidden() => 5;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public override string ToString() => "text";

        public override bool Equals(object? obj) => base.Equals(obj);

        public override int GetHashCode() => 6;

        int IExplicit.ExplicitOne() => 7;

        internal int InternalOne() => 8;

        private int PrivateOne() => 9;

        private int ProtectedOne() => 10;
    }

    private record RecordService(int Secret = 7)
    {
        public int Plain() => Secret;
    }

    private sealed class Contracted : IContract
    {
        public int Declared() => 1;

        public int ByName() => 2;

        public int Other() => 3;

        public int FromBase() => 4;

        public int Own() => 5;

        public void Dispose()
        {
        }
    }

    private sealed class TwoContracts : IOne, ITwo
    {
        public int One() => 1;

        int ITwo.Two() => 2;

        public int Own() => 3;
    }

    private sealed class FrameworkBased : StringWriter
    {
        public int Own() => 1;

        public override void WriteLine(string? value) => base.WriteLine(value);
    }

    private sealed class Named
    {
        public Task<int> GetUserAsync() => Task.FromResult(1);

        public int HTTPServerV2() => 2;

        [MprpcMethod("Exactly.So")]
        public int Renamed() => 3;

        public int Async() => 4;
    }

    [MprpcService(Prefix = "attribute")]
    private sealed class Prefixed
    {
        public int Work() => 1;

        [MprpcMethod("by_hand")]
        public int Other() => 2;
    }

    private sealed class Secretive
    {
        public static int Static1() => 1;

        public int Shown() => Secret1();

        [MprpcIgnore]
        public int Hidden1() => 2;

        private int Secret1() => 3;
    }

    private sealed class Greeter : IGreeter
    {
        public string Greet(string name) => $"Hello {name}";

        public int NotDeclared() => 1;
    }
}
