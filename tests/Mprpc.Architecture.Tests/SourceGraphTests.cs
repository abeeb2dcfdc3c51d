namespace Mprpc.Architecture.Tests;

/// <summary>What counts circles and arrows finds those that are there: a counter that finds nothing would hold for any code.</summary>
public sealed class SourceGraphTests
{
    private static readonly (string, string[])[] _table = [("Low", []), ("High", ["Low"])];

    [Fact]
    public void Circles_ThreeFilesInTurn_AreFound()
    {
        SourceGraph graph = new(
        [
            ("Low/A.cs", "namespace N; internal sealed class A { private readonly B _b = new(); }"),
            ("Low/B.cs", "namespace N; internal sealed class B : Base<C> { }"),
            ("High/C.cs", "namespace N; internal struct C { public static void Call() => A.Begin(); }"),
            ("High/D.cs", "namespace N; internal struct D { private A _a; }"),
        ]);

        string[] circle = Assert.Single(graph.Circles());

        Assert.Equal(["High/C", "Low/A", "Low/B"], circle);
    }

    [Fact]
    public void Circles_ArrowsOneWay_AreNone()
    {
        SourceGraph graph = new([("A.cs", "class A : B;"), ("B.cs", "class B { C F() => new(); }"), ("C.cs", "class C;")]);

        List<string[]> circles = graph.Circles();

        Assert.Empty(circles);
        Assert.Equal([("A", "B"), ("B", "C")], graph.Arrows);
    }

    [Fact]
    public void WrongArrows_LowRoomKnowsHighOne_AreFound()
    {
        SourceGraph graph = new(
        [
            ("Low/A.cs", "class A { void F() => B.G(); }"),
            ("High/Inner/B.cs", "class B : C;"),
            ("Low/C.cs", "class C;"),
            ("Alone.cs", "class Alone { C c; }"),
        ]);

        string[] wrong = [.. new Rooms(_table).WrongArrows(graph)];

        Assert.Equal(
            ["Alone knows Low/C: the project's own folder must not know Low.", "Low/A knows High/Inner/B: Low must not know High."],
            wrong);
    }

    [Fact]
    public void WrongEntries_TableThatPointsUp_AreFound()
    {
        string[] wrong = [.. new Rooms([("Low", ["High"]), ("High", ["Low"])]).WrongEntries()];

        Assert.Equal(["The table lets Low know High, which does not stand before it."], wrong);
    }

    [Fact]
    public void Arrows_PartsAndGenericNamesakes_AreOfOneFile()
    {
        SourceGraph graph = new(
        [
            ("Call.cs", "partial class Call { Part p; }"),
            ("Call.Waiting.cs", "partial class Call { Other o; }"),
            ("CallOfT.cs", "class Call<T> : Call;"),
            ("Part.cs", "class Part;"),
            ("Other.cs", "class Other { Call c; }"),
        ]);

        Assert.Equal([("Call", "Other"), ("Call", "Part"), ("Other", "Call")], graph.Arrows);
    }

    [Theory]
    [InlineData("// Known")]
    [InlineData("/* Known\n Known */")]
    [InlineData("""string s = "Known \" Known";""")]
    [InlineData("""string s = @"\" + " Known";""")]
    [InlineData("char c = '\"'; // Known")]
    [InlineData("void F() => other.Known.Begin();")]
    [InlineData("void Known() { }")]
    [InlineData("int Known<T>() => 0;")]
    [InlineData("int Known { get; }")]
    [InlineData("List<int> Known = [];")]
    [InlineData("void F() { Known(1); Known<int>(1); }")]
    [InlineData("enum E { Known, Other }")]
    [InlineData("int notKnown;")]
    public void Arrows_NameThatIsNoType_AreNone(string member)
    {
        SourceGraph graph = new([("A.cs", $"class A {{ {member}\n}}"), ("Known.cs", "class Known;")]);

        Assert.Empty(graph.Arrows);
    }

    [Theory]
    [InlineData("Known f;")]
    [InlineData("Known? F { get; }")]
    [InlineData("object F() => new Known<int>(1);")]
    [InlineData("void F() => Known<int>.Begin();")]
    [InlineData("void F() => Known.Begin<int>();")]
    [InlineData("void F() => typeof(Known);")]
    [InlineData("bool F(object o) => o is Known { };")]
    [InlineData("[Known(1)] int f;")]
    [InlineData("Dictionary<int, Known> F() => new();")]
    [InlineData("static Known F(int i) => null;")]
    [InlineData("""string s = "\\"; Known f;""")]
    [InlineData("""string s = $"is {Known.Name}";""")]
    [InlineData("class Inner(int i) : Known(i);")]
    public void Arrows_NameOfAType_AreFound(string member)
    {
        SourceGraph graph = new([("A.cs", $"class A {{ {member}\n}}"), ("Known.cs", "class Known;")]);

        Assert.Equal([("A", "Known")], graph.Arrows);
    }

    [Theory]
    [InlineData("public delegate void Known<T>(T value);")]
    [InlineData("internal readonly ref partial struct Known { }")]
    [InlineData("internal enum Known { One }")]
    [InlineData("public sealed record Known(int Value);")]
    [InlineData("public readonly record struct Known(int Value);")]
    [InlineData("internal interface Known { }")]
    public void Arrows_KindOfDeclaration_AreFound(string declaration)
    {
        SourceGraph graph = new([("A.cs", "class A { Known<int> k; }"), ("B.cs", $"namespace N;\n\n{declaration}")]);

        Assert.Equal([("A", "B")], graph.Arrows);
    }

    [Fact]
    public void Arrows_TypeInsideAnother_IsThatTypesOwn()
    {
        SourceGraph graph = new([("A.cs", "class A { Inner i; }"), ("B.cs", "class B { class Inner { } }")]);

        Assert.Empty(graph.Arrows);
    }
}
