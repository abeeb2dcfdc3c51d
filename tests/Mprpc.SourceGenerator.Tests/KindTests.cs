using Microsoft.CodeAnalysis;
using Mprpc.SourceGenerator.Tests.Support;

namespace Mprpc.SourceGenerator.Tests;

/// <summary>Contracts that comparable generators do not compile, or lose members of.</summary>
public sealed class KindTests
{
    [Fact]
    public void Members_ThatAreObsoleteAsErrors_Compile()
        => Source.Generate("""
            public class Data
            {
                [Obsolete("no", error: true)] public int Old { get; set; }
                [Obsolete("no", error: true)] public string? Older { get; init; }
                public int New { get; set; }
            }
            [Obsolete("no", error: true)] public enum Kind { A }
            [MprpcService] public interface IContract
            {
                Task<Data> M(Data data);
                [Obsolete("no", error: true)] Task N(int x);
            }
            [MprpcService] public class Service
            {
                public Data M(Data data) => data;
                [Obsolete("no", error: true)] public int N(Data data) => 1;
            }
            """);

    [Fact]
    public void IgnoredMethods_WithPointers_Compile()
        => Source.Generate("""
            [MprpcService] public unsafe interface IContract
            {
                [MprpcIgnore] int* M(byte* x, delegate*<int, void> y, int*[] z);
                int* P { get; }
                Task N(int x);
            }
            """);

    [Fact]
    public void InitMembers_OfConstrainedGenericTypes_Compile()
        => Source.Generate("""
            public class Base<T, U> where T : class, IComparable<T> where U : unmanaged, Enum
            { public T? First { get; init; } public U Second { get; private set; } }
            public class Derived : Base<string, DayOfWeek> { public int Own { get; init; } }
            public static class Outer<T> where T : notnull, new()
            { public struct Inner<U> where U : struct { public T? First { get; init; } public U Second { get; init; } } }
            [MprpcService] public interface IContract { Task<Derived> M(Derived x); Task<Outer<Version>.Inner<int>> N(Outer<Version>.Inner<int> x); }
            """);

    [Fact]
    public void Types_WhoseArgumentsGrow_Compile()
        => Source.Generate("""
            public class Grow<T> { public T? Value { get; set; } public Grow<List<T>>? Next { get; set; } public Grow<T[]>? Other { get; set; } }
            public record Key<T>(T? Value, Key<List<T>>? Next);
            [MprpcService] public interface IContract { Task<Grow<int>> M(Grow<int> x, Dictionary<Key<int>, int> y); }
            """);

    [Fact]
    public void Collections_WhoseKeysAPeerChooses_AreFilledByFormattersOfOurs()
    {
        Output generated = Source.Generate("""
            public class Names : Dictionary<long, string> { }
            public class Ids : HashSet<long> { }
            [MprpcService] public interface IContract { Task M(Names a, Ids b, SortedList<long, int> c, OrderedDictionary<long, int> d); }
            """);

        string text = string.Concat(generated.Files.Select(generated.Text));
        Assert.Contains("MprpcFormatting.DictionaryFormatter<long, string, global::Names>()", text, StringComparison.Ordinal);
        Assert.Contains("MprpcFormatting.SetFormatter<long, global::Ids>()", text, StringComparison.Ordinal);
        Assert.Contains("MprpcFormatting.SortedListFormatter<long, int,", text, StringComparison.Ordinal);
        Assert.Contains("MprpcFormatting.DictionaryFormatter<long, int,", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_BeforeParams_IsNoProblem()
    {
        List<Diagnostic> found = await Source.AnalyzeAsync(
            "[MprpcService] public class Service { public void M(int x, CancellationToken token, params int[] rest) { } }");

        Assert.Empty(found);
    }

    [Fact]
    public void Params_AreWrittenAndReadOneByOne()
    {
        Output generated = Source.Generate(
            "[MprpcService] public interface IContract { Task<int> M(string a, params object?[] rest); } public class S : IContract { public Task<int> "
            + "M(string a, params object?[] rest) => null!; }");

        Assert.Contains(".ReadRest<object?>()", generated.Text("S.Dispatcher.g.cs"), StringComparison.Ordinal);
        Assert.Contains(".WriteRest<object?>(", generated.Text("IContract.Proxy.g.cs"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MPRPC016", "System.Drawing.Color")]
    [InlineData("MPRPC016", "System.Collections.Specialized.NameValueCollection")]
    [InlineData("MPRPC020", "Action")]
    [InlineData("MPRPC016", "Exception")]
    [InlineData("MPRPC016", "IComparable")]
    [InlineData("MPRPC016", "GetOnly")]
    [InlineData("MPRPC016", "OnlyInside")]
    [InlineData("MPRPC016", "Opaque")]
    [InlineData("MPRPC017", "Loses")]
    [InlineData("MPRPC017", "Inside")]
    [InlineData("MPRPC018", "Live")]
    [InlineData(null, "Both")]
    [InlineData(null, "Marker")]
    [InlineData(null, "Left")]
    [InlineData(null, "System.Text.Json.JsonElement")]
    [InlineData(null, "System.Text.Json.Nodes.JsonNode")]
    [InlineData(null, "System.Drawing.Point")]
    [InlineData(null, "Fills")]
    [InlineData(null, "Tags")]
    [InlineData(null, "Dictionary<DateOnly, (int, Guid)>")]
    public async Task Type_InAContract_IsReportedIfItCannotBeSentWhole(string? id, string type)
    {
        List<Diagnostic> found = await Source.AnalyzeAsync($$"""
            public class GetOnly { public int X { get; } }
            public class Loses { public int X { get; set; } public int Y { get; } public int Computed => X; }
            public class OnlyInside { internal int X { get; set; } }
            public struct Opaque { private readonly int _x; public Opaque(int x) => _x = x; public int Get() => _x; }
            public class Inside { public int X { get; set; } internal int Y { get; set; } internal int Computed => Y; }
            public class Marker { }
            public class Live { public IAsyncEnumerable<int>? X { get; set; } }
            public class Both : List<int>, IAsyncEnumerable<int>
                { public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken token) => null!; }
            public class Left { [MessagePack.IgnoreMember] internal int X { get; set; } private int _cache;
                public int Get() => _cache; public int Y { get; set; } }
            public class Fills { public List<int> X { get; } = new(); public int Y { get; private set; } public int Computed => Y; }
            public class Tags : List<string> { }
            [MprpcService] public class Service { public void M({{type}} x) { } }
            """);

        Assert.Equal(id is null ? [] : [id], found.Select(diagnostic => diagnostic.Id));
    }
}
