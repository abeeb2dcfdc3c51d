using System.Reflection;
using Microsoft.CodeAnalysis;
using Mprpc.CompilerServices;
using Mprpc.SourceGenerator.Tests.Support;

namespace Mprpc.SourceGenerator.Tests;

/// <summary>What code is generated for, and that it compiles.</summary>
public sealed class ContractGeneratorTests
{
    private const string Plain = "public class Plain { public int Sum(int x, int y) => x + y; }";

    [Theory]
    [InlineData("[MprpcService] public class S { public int M() => 1; }", "S.Dispatcher.g.cs")]
    // Its Equals(R) and Deconstruct are methods too, and its clone has no name.
    [InlineData("[MprpcService] internal sealed record R { public int M() => 1; }", null)]
    [InlineData("public class S { public int M() => 1; }", null)]
    [InlineData("[MprpcService] public abstract class S { public int M() => 1; }", null)]
    [InlineData("[MprpcService] public class S<T> { public int M() => 1; }", null)]
    [InlineData("[MprpcService] public class S { internal int M() => 1; }", null)]
    [InlineData("[MprpcService] public class S { public int M<T>() => 1; }", null)]
    [InlineData("[MprpcService] public interface I { Task M(); }", "I.Proxy.g.cs")]
    [InlineData("public class O { [MprpcService] protected internal interface I { Task M(); } }", "O_I.Proxy.g.cs")]
    [InlineData("public class O { [MprpcService] private interface I { Task M(); } }", null)]
    [InlineData("namespace A.B_C; [MprpcService] public class S { public int M() => 1; }", "A_B__C_S.Dispatcher.g.cs")]
    [InlineData("public partial class S { } [MprpcService] public partial class S { public int M() => 1; }", "S.Dispatcher.g.cs")]
    public void Declaration_Alone_GeneratesOrNot(string text, string? file)
        => Assert.Equal(file is null ? [] : [file], Source.Generate(text).Files);

    [Theory]
    [InlineData("app.MapMprpcService<Plain>(6000);")]
    [InlineData("app.MapMprpcService<Plain>(\"tcp://127.0.0.1:0\");")]
    [InlineData("((WebApplication)app).MapMprpcService<Plain>(6000);")]
    [InlineData("services.AddMprpc().AddService<Plain>();")]
    [InlineData("new Mprpc.AspNetCore.MprpcEndpointOptions().MapService<Plain>();")]
    [InlineData("services?.AddMprpc()?.AddService<Plain>();")]
    [InlineData("new MprpcClientOptions().AddHandlers(new Plain());")]
    [InlineData("MprpcEndpointRouteBuilderExtensions.MapMprpcService<Plain>(app, 6000); app.MapMprpcService<Plain>(6001);")]
    public void PlainClass_Mapped_IsDispatched(string call)
    {
        Output generated = Source.Generate(Plain, Map(call));

        Assert.Equal(["Plain.Dispatcher.g.cs"], generated.Files);
    }

    [Fact]
    public void Names_ThatDifferInCaseOnly_GetFilesOfTheirOwn()
    {
        Output generated = Source.Generate(
            "[MprpcService] public class Echo { public Item M(ITEM x) => new(); } [MprpcService] public class ECHO { public int M() => 1; }",
            "public class Item { public int X { get; set; } } public class ITEM { public int Y { get; set; } }");

        Assert.Equal(
            ["ECHO.Dispatcher.g.cs", "Echo.2.Dispatcher.g.cs", "ITEM.Formatter.g.cs", "ITEM.Value.g.cs", "Item.2.Formatter.g.cs", "Item.2.Value.g.cs"],
            generated.Files.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Method_OfTheSameNameInAnotherLibrary_IsNoMapping()
        => Assert.Empty(
            Source.Generate(
                Plain, "public class Container { public void AddService<T>() { } public static void Use(Container c) => c.AddService<Plain>(); }").Files);

    [Fact]
    public void Generic_Closed_IsDispatchedAndCalled()
    {
        Output generated = Source.Generate(
            "public class Repository<T> { public List<T> Twice(T item) => [item, item]; }",
            Map("app.MapMprpcService<Repository<(int A, string? B)>>(1); app.MapMprpcService<Repository<string>>(2);"),
            "[MprpcService] public interface IStore<T> { Task<T> GetAsync(string key); } public static class C { public static object Use(MprpcClient c) => "
            + "c.As<IStore<int[]>>(); }");

        Assert.Equal(
            3,
            generated.Files.Count(file => file.EndsWith("Dispatcher.g.cs", StringComparison.Ordinal) || file.EndsWith("Proxy.g.cs", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("[MprpcIgnore] void M<T>(ref T? x, out int y, in int z) where T : class;")]
    [InlineData("[MprpcIgnore] T? M<T>(T? x) where T : struct;")]
    [InlineData("[MprpcIgnore] T? M<T>(T? x);")]
    [InlineData("[MprpcIgnore] ref readonly int M();")]
    [InlineData("int P { get; init; } string? Q { set; } ref int R { get; } ref readonly int this[int i] { get; }")]
    [InlineData("(int a, string? b) P { get; set; } event Action<int?>? E;")]
    [InlineData("void A() { } private void B() { } sealed void C() { } static void D() { }")]
    [InlineData("internal void E(); protected int F { get; }")]
    public void Proxy_OfMembersThatAreNotOnTheWire_Compiles(string members)
        => Assert.Equal(["I.Proxy.g.cs"], Source.Generate($"[MprpcService] public interface I {{ {members} }}").Files);

    [Fact]
    public void Library_OfContractsOnly_RegistersWhenItIsLookedFor()
    {
        Output library = Source.Generate("[MprpcService] public interface IContract { Task<int> SumAsync(int x, int y); }");
        Type contract = library.LoadOnly().GetType("IContract")!;

        object? create = typeof(MprpcGeneratedProxies).GetMethod("Find", BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(contract)
            .Invoke(null, null);

        Assert.NotNull(create);
    }

    [Fact]
    public void Contract_OfALibraryWithoutGenerator_GetsItsProxyWhereItIsUsed()
    {
        MetadataReference library = Source.Library(
            "Theirs", ["namespace Theirs; [MprpcService(Prefix = \"p\")] public interface IContract { Task<int> SumAsync(int x, int y); }"]);
        Compilation user = Source.Compile("public static class C { public static object Use(MprpcClient c) => c.As<Theirs.IContract>(); }")
            .AddReferences(library);

        Output generated = Source.Generate(user);

        Assert.Contains("\"p.sum\"", generated.Text("Theirs_IContract.Proxy.g.cs"), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_OfAnInvoker_ReadsLikeWrittenByHand()
    {
        string text = Source.Generate("""
            [MprpcService]
            public class Sums
            {
                public int Sum(int x, int y = 2) => x + y;
            }
            """).Text("Sums.Dispatcher.g.cs");

        Assert.Contains(
            """
                    public int Sum(
                        global::Mprpc.CompilerServices.MprpcTarget<global::Sums> target, ref global::Mprpc.CompilerServices.MprpcReader parameters,
                        global::Mprpc.MprpcCallContext? context, global::System.Threading.CancellationToken cancellationToken)
                    {
                        int x = parameters.Read<int>();
                        int y = parameters.Remaining == 0 ? 2 : parameters.Read<int>();
                        if (!parameters.End())
                        {
                            return default!;
                        }

                        return target.Resolve(context).Sum(x, y);
                    }
            """.ReplaceLineEndings("\n"),
            text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Registered_AtLoad_IsFound()
    {
        Type service = Source.Generate(Plain, Map("app.MapMprpcService<Plain>(6000);")).Load().GetType("Plain")!;

        object? filler = typeof(MprpcGeneratedServices).GetMethod("Find", BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(service)
            .Invoke(null, null);

        Assert.NotNull(filler);
    }

    [Theory]
    [InlineData("[MessagePackObject] public class T { [Key(0)] public int @class { get; set; } [Key(1)] public required string Name { get; init; } }")]
    [InlineData("[MessagePackObject(true)] public record T(int X, T? Next);")]
    [InlineData("[MessagePackObject] public record struct T([property: Key(0)] int X, [property: Key(1)] List<T>? Y);")]
    [InlineData("public class T { public (int A, string? B)[]? Pairs { get; init; } public T? Parent; public ReadOnlyMemory<byte> Bytes { get; set; } }")]
    [InlineData(
        "public class T { public List<List<Dictionary<DayOfWeek, T?[]>>> Nested { get; set; } = []; "
        + "public object? Any { get; set; } public dynamic? D { get; set; } }")]
    [InlineData("public class T<A> { public A? Value { get; set; } } public class U : T<int> { public T<string>? Other { get; init; } }", "U")]
    [InlineData("namespace N { public class T { public class Inner { public int X { get; set; } } public Inner? I { get; set; } } }", "N.T")]
    [InlineData(
        "[MessagePackFormatter(typeof(F))] public class T; public class F : MessagePack.Formatters.IMessagePackFormatter<T?> { "
        + "public void Serialize(ref MessagePackWriter w, T? v, MessagePackSerializerOptions o) => w.WriteNil(); "
        + "public T? Deserialize(ref MessagePackReader r, MessagePackSerializerOptions o) => null; }")]
    public void Formatter_OfAType_Compiles(string declaration, string type = "T")
    {
        Output generated = Source.Generate($"[MprpcService] public interface IService {{ Task<{type}> Get({type} value); }} ", declaration);

        Assert.Contains(generated.Files, file => file.EndsWith("Formatter.g.cs", StringComparison.Ordinal) || file == "MprpcFormatters.g.cs");
    }

    [Theory]
    [InlineData("public abstract class T { }", "abstract", "MPRPC016")]
    [InlineData("[MessagePackObject] public class T { [Key(0)] public int X { get; set; } public int Y { get; set; } }", "Y has neither")]
    [InlineData("[MessagePackObject] public class T { public T(int z) { } [Key(0)] public string? X { get; set; } }", "constructors", "MPRPC016")]
    [InlineData("public class T : List<int> { private T() { } }", "collection")]
    [InlineData("public class T { public System.IO.Stream? S { get; set; } }", "Stream", "MPRPC018")]
    public async Task Formatter_ThatCannotBeGenerated_IsReported(string declaration, string why, string id = "MPRPC013")
    {
        string contract = "[MprpcService] public class Service { public T Get(T value) => value; }";

        Diagnostic diagnostic = Assert.Single(await Source.AnalyzeAsync(declaration, contract));

        Assert.Equal(id, diagnostic.Id);
        Assert.Contains(why, diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Source.Generate(declaration, contract);
    }

    private static string Map(string calls)
        => $$"""public static class Program { public static void Map(IEndpointRouteBuilder app, IServiceCollection services) { {{calls}} } }""";
}
