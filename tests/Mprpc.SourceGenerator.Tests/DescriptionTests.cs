using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Mprpc.Dispatch;
using Mprpc.SourceGenerator.Tests.Contracts;
using Mprpc.SourceGenerator.Tests.Support;

namespace Mprpc.SourceGenerator.Tests;

/// <summary>What a service tells its callers of its methods: the same by generated code and by reflection, which knows no documentation.</summary>
public sealed class DescriptionTests
{
    public static TheoryData<string, string, string> Signatures => new()
    {
        { "described.add", "int32 count", "int32" },
        { "described.undocumented", "str? maybe, str always", "str?" },
        { "described.old", "", "nil" },
        { "described.tree", "Node root", "Node" },
        { "described.sheets", "SheetOfInt32OrNil numbers, SheetOfListOfLevel levels, SheetOfSheetOfStr nested, SheetOfBin bytes", "SheetOfNode" },
        { "described.maps", "map<int32,str?> readable, map<str,Level?> sorted", "map<str,list<str?>>?" },
        { "described.tuples", "tuple<str?,list<str?>?> pair, tuple<int32,str> old, tuple<str,float64?> entry", "tuple<int32,str?>" },
        {
            "described.lists",
            "list<str?> array, list<Level> set, tuple<int32,int32,list<int32>> square, list<Node?> nodes, list<str> names, list<str> rest",
            "list<str?>?"
        },
        { "described.anything", "any value, any raw, tuple<int32,any> shape, any moment, Unsent unsent", "any" },
        {
            "described.keyed",
            "Keyed keyed, Mprpc.SourceGenerator.Tests.Contracts.Outer.Inner inner, Mprpc.SourceGenerator.Tests.Contracts.Other.Inner other, InnerOfStr generic",
            "Keyed"
        },
        { "described.big", "Tiny tiny, Big big, Tiny? maybe, int32 number, str text, str? nothing", "Big" },
        { "described.injected", "int32 first, int32 second", "nil" },
        { "described.flow", "stream<list<str?>> lines, stream<int32?>? numbers", "stream<Node?>" },
        { "described.bytes", "stream<bin> bytes, stream<bin>? more", "stream<bin>" },
        { "described.texts", "", "stream<str>" },
        { "described.find", "str key, list<Node?> among", "Node?" },
    };

    [Theory]
    [MemberData(nameof(Signatures))]
    public void Method_GeneratedAndByReflection_HasItsTypes(string method, string parameters, string result)
    {
        foreach (JsonNode function in new[] { Generated(new Described()), Reflected(new Described()) }.Select(document => Function(document, method)))
        {
            Assert.Equal(parameters, string.Join(", ", function["parameters"]!.AsArray().Select(parameter => $"{parameter![0]} {parameter[1]}")));
            Assert.Equal(result, function["return_type"]!.GetValue<string>());
        }
    }

    [Fact]
    public void Document_GeneratedAndByReflection_IsTheSameApartFromDocumentation()
    {
        AssertSame(new Described());
        AssertSame(new Everything());
        AssertSame(new Overloads());
        AssertSame(new ShapesService());
        AssertSame(new ValuesService());

        static void AssertSame<T>(T service)
            where T : class
            => Assert.Equal(Lines(WithoutDocs(Reflected(service))), Lines(WithoutDocs(Generated(service))));
    }

    [Theory]
    [InlineData("Node", """{"kind":"map","members":[["str","Name","Name"],["Node?","Parent","Parent"],["list<Node>","Children","Children"]]}""")]
    [InlineData("Keyed", """{"kind":"array","members":[["int32","Number",0],["str?","Text",2]]}""")]
    [InlineData("Level", """{"kind":"enum","members":[["int32","Low",0],["int32","High",10],["int32","AlsoHigh",10]]}""")]
    [InlineData("Big", """{"kind":"enum","members":[["uint64","None",0],["uint64","Large",18446744073709551615]]}""")]
    [InlineData("Tiny", """{"kind":"enum","members":[["int8","Minus",-1]]}""")]
    [InlineData("SheetOfStr", """{"kind":"map","members":[["map<str,str?>?","Others","Others"],["list<str>","Items","Items"],["str?","First","First"]]}""")]
    [InlineData("InnerOfStr", """{"kind":"map","members":[["str","Value","Value"]]}""")]
    public void Type_GeneratedAndByReflection_HasItsMembers(string name, string expected)
    {
        JsonNode?[] found = [Generated(new Described())["types"]![name], Reflected(new Described())["types"]![name]];

        Assert.All(found, type => Assert.Equal(Sorted(expected), Sorted(type!.ToJsonString())));
    }

    [Fact]
    public void Type_WhoseArgumentsGrowWithoutEnd_EndsAsAny()
    {
        JsonNode document = Reflected(new Described());

        Assert.Contains(document["types"]!.AsObject(), type => type.Key.StartsWith("EndlessOfListOf", StringComparison.Ordinal)
            && type.Value!.ToJsonString().Contains("\"any\",\"Next\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Defaults_GeneratedAndByReflection_AreValuesAsOnTheWire()
    {
        foreach (JsonNode function in new[] { Generated(new Described()), Reflected(new Described()) }.Select(document => Function(document, "described.big")))
        {
            Assert.Equal(1, function["required"]!.GetValue<int>());
            Assert.Equal("""[18446744073709551615,-1,7,"a\u0022b",null]""", function["defaults"]!.ToJsonString());
        }
    }

    [Fact]
    public void Flags_OfMethods_AreTold()
    {
        JsonNode document = Generated(new Described());

        Assert.True(Function(document, "described.broken")["notify"]!.GetValue<bool>());
        Assert.False(Function(document, "described.add")["notify"]!.GetValue<bool>());
        Assert.True(Function(document, "described.lists")["rest"]!.GetValue<bool>());
        Assert.Null(Function(document, "described.add")["rest"]);
        Assert.Equal("Use Add.", Function(document, "described.old")["deprecated"]!.GetValue<string>());
        Assert.Equal("", Function(document, "described.older")["deprecated"]!.GetValue<string>());
        Assert.Null(Function(document, "described.add")["deprecated"]);
        Assert.True(Function(document, "described.flow")["stream"]!.GetValue<bool>());
        Assert.Equal("[null]", Function(document, "described.flow")["defaults"]!.ToJsonString());
        Assert.True(Function(Reflected(new Described()), "described.texts")["stream"]!.GetValue<bool>());
        Assert.False(Function(document, "described.find")["stream"]!.GetValue<bool>());
    }

    [Fact]
    public void Documentation_OfThisProject_IsTold()
    {
        JsonNode document = Generated(new Described());

        Assert.Equal("Adds count times, as Sum does, and never returns null.", Function(document, "described.add")["doc"]!.GetValue<string>());
        Assert.Equal("""{"count":"How often."}""", Function(document, "described.add")["parameter_docs"]!.ToJsonString());
        Assert.Null(Function(document, "described.undocumented")["doc"]);
        Assert.Null(Function(document, "described.broken")["doc"]);
        Assert.NotNull(Function(Reflected(new Described()), "described.add")["doc"]);       // the contract's own registration
        Assert.NotNull(Function(Generated(new Clock()), "now")["doc"]);
        Assert.Null(Function(Reflected(new Clock()), "now")["doc"]);
    }

    /// <summary>Without a documentation file the compiler takes the lines for plain comments.</summary>
    [Theory]
    [InlineData(DocumentationMode.None)]
    [InlineData(DocumentationMode.Diagnose)]
    public void Documentation_HoweverTheCompilerReadsComments_IsFound(DocumentationMode mode)
    {
        CSharpCompilation compilation = Source.Compile(
            """
            [MprpcService]
            public class Clock
            {
                /// <summary>What time it is.</summary>
                /// <param name="zone">Where.</param>
                public string Now(string zone) => "";
            }
            """);
        SyntaxTree[] trees = [.. compilation.SyntaxTrees.Select(tree => CSharpSyntaxTree.ParseText(
            tree.GetText(), ((CSharpParseOptions)tree.Options).WithDocumentationMode(mode), tree.FilePath))];

        Output output = Source.Generate(compilation.RemoveAllSyntaxTrees().AddSyntaxTrees(trees), mode);

        Assert.Contains("""null, "What time it is.", "zone", "Where.")""", output.Text("Clock.Dispatcher.g.cs"), StringComparison.Ordinal);
    }

    [Fact]
    public void Documentation_OfAContractInALibrary_IsToldByTheService()
    {
        Output library = Source.Generate(
            """
            namespace Theirs;

            public interface IBase<T>
            {
                /// <summary>Of the base.</summary>
                Task PutAsync(T value);
            }

            [MprpcService]
            public interface IContract : IBase<int>
            {
                /// <summary>Adds.</summary>
                /// <param name="y">More.</param>
                Task<int> SumAsync(int x, int y);

                Task<int> SumAsync2(int x);
            }

            public sealed class Service : IContract
            {
                public Task PutAsync(int value) => Task.CompletedTask;
                public Task<int> SumAsync(int x, int y) => Task.FromResult(x + y);
                public Task<int> SumAsync2(int x) => Task.FromResult(x);
            }
            """);
        Type service = library.LoadOnly().GetType("Theirs.Service")!;

        // As if the class had been compiled without the generator, in another assembly.
        var document = (JsonNode)typeof(DescriptionTests).GetMethod(nameof(Reflected), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(service).Invoke(null, [Activator.CreateInstance(service)])!;

        Assert.Equal("Adds.", Function(document, "sum")["doc"]!.GetValue<string>());
        Assert.Equal("""{"y":"More."}""", Function(document, "sum")["parameter_docs"]!.ToJsonString());
        Assert.Equal("Of the base.", Function(document, "put")["doc"]!.GetValue<string>());
        Assert.Null(Function(document, "sum_async2")["doc"]);
    }

    private static JsonNode Generated<T>(T service)
        where T : class
        => Document(Services.ByGeneratedCode(service));

    private static JsonNode Reflected<T>(T service)
        where T : class
        => Document(Services.ByReflection(service));

    private static JsonNode Document(Dispatcher dispatcher)
    {
        IReadOnlyList<RpcMethod> methods = dispatcher.Methods.Methods;
        string document = new InspectDocument(methods, MprpcSerializerOptions.Default).Describe(methods.ToHashSet()).ToString();
        return JsonNode.Parse(document.Replace("NaN", "\"NaN\"", StringComparison.Ordinal))!;
    }

    private static JsonNode Function(JsonNode document, string name) => document["functions"]!.AsArray().Single(function
        => (string?)function!["name"] == name)!;

    private static JsonNode WithoutDocs(JsonNode document)
    {
        foreach (JsonNode? function in document["functions"]!.AsArray())
        {
            function!.AsObject().Remove("doc");
            function.AsObject().Remove("parameter_docs");
        }

        return document;
    }

    private static string[] Lines(JsonNode document)
        =>
        [
            .. document["functions"]!.AsArray().Select(function => function!.ToJsonString()),
            .. document["types"]!.AsObject().Select(type => $"{type.Key}: {type.Value!.ToJsonString()}"),
        ];

    /// <summary>The members in the order of their names: that of the wire is the formatters' matter.</summary>
    private static string Sorted(string type)
        => string.Join(" ", JsonNode.Parse(type)!["members"]!.AsArray().Select(member => member!.ToJsonString()).Order(StringComparer.Ordinal));
}
