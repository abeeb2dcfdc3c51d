using System.Collections;
using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using MessagePack;
using MessagePack.Formatters;
using Mprpc.CompilerServices;
using Mprpc.Serialization;

namespace Mprpc.Core.Tests.Serialization;

/// <summary>Which values are looked at before they are sent: those whose type does not say that they are flat enough.</summary>
public sealed class TypeDepthTests
{
    // What an ordinary message may have inside: far below 64 levels.
    private const int Ordinary = 20;

    [Theory]
    [InlineData(typeof(int))]
    [InlineData(typeof(decimal?))]
    [InlineData(typeof(DayOfWeek))]
    [InlineData(typeof(string))]
    [InlineData(typeof(Guid))]
    [InlineData(typeof(DateTimeOffset))]
    [InlineData(typeof(Complex))]
    [InlineData(typeof(byte[]))]
    [InlineData(typeof(ReadOnlyMemory<byte>))]
    [InlineData(typeof(int[]))]
    [InlineData(typeof(int[,]))]
    [InlineData(typeof(string[][]))]
    [InlineData(typeof(List<string>))]
    [InlineData(typeof(ImmutableArray<Guid>))]
    [InlineData(typeof(SortedDictionary<string, List<int>>))]
    [InlineData(typeof((int, string)))]
    [InlineData(typeof(Tuple<int, Point[]>))]
    [InlineData(typeof(Point))]
    [InlineData(typeof(Order))]
    [InlineData(typeof(Order[]))]
    [InlineData(typeof(Twice))]
    [InlineData(typeof(Page<Order>))]
    public void Of_TypeThatCannotNestWithoutEnd_IsBounded(Type type)
    {
        int levels = TypeDepth.Of(type);

        Assert.InRange(levels, 1, Ordinary);
    }

    [Theory]
    [InlineData(typeof(IReadOnlyList<int>))]
    [InlineData(typeof(IEnumerable<int>))]
    [InlineData(typeof(Dictionary<string, List<int>>))]     // from which another thread may remove
    [InlineData(typeof(HashSet<int>))]
    [InlineData(typeof(ILookup<int, string>))]
    [InlineData(typeof(Names))]
    [InlineData(typeof(Page<Names>))]
    public void Of_CollectionWhoseCountAFormatterBelieves_IsUnknown(Type type)
    {
        int levels = TypeDepth.Of(type);

        Assert.True(levels >= TypeDepth.Unknown, $"{type}: {levels}");
    }

    [Theory]
    [InlineData(typeof(object))]
    [InlineData(typeof(object[]))]
    [InlineData(typeof(MprpcRaw))]
    [InlineData(typeof(MprpcRaw?))]
    [InlineData(typeof(List<MprpcRaw>))]
    [InlineData(typeof(Dictionary<string, object>))]
    [InlineData(typeof(JsonElement))]
    [InlineData(typeof(JsonNode))]
    [InlineData(typeof(IEnumerable))]
    [InlineData(typeof(ArrayList))]
    [InlineData(typeof(Node))]
    [InlineData(typeof(Node[]))]
    [InlineData(typeof(Page<Node>))]
    [InlineData(typeof(Tree))]
    [InlineData(typeof(Left))]
    [InlineData(typeof(Right))]
    [InlineData(typeof(Nested))]
    [InlineData(typeof(Any))]
    [InlineData(typeof(IShape))]
    [InlineData(typeof(Written))]
    [InlineData(typeof(HasWritten))]
    [InlineData(typeof(Derived))]
    public void Of_TypeThatMayNestWithoutEnd_IsUnknown(Type type)
    {
        int levels = TypeDepth.Of(type);

        Assert.True(levels >= TypeDepth.Unknown, $"{type}: {levels}");
    }

    [Fact]
    public void Levels_OfAWriter_AreThoseOfTheDeepestValueSinceItWasRented()
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default);

        writer.Write(1);
        writer.Write("text");
        writer.Write(new byte[100]);
        int none = writer.Levels;
        writer.Write(new List<int> { 1 });
        int few = writer.Levels;
        writer.Write(new Point(1, 2));
        int same = writer.Levels;
        writer.Write<object>("any");
        int unknown = writer.Levels;
        MprpcWriter.Return(writer);
        MprpcWriter again = MprpcWriter.Rent(MprpcSerializerOptions.Default);
        (bool isSame, int rented) = (ReferenceEquals(again, writer), again.Levels);
        MprpcWriter.Return(again);

        Assert.Equal((0, TypeDepth.Unknown), (none, unknown));
        Assert.InRange(few, 1, Ordinary);
        Assert.Equal(few, same);
        Assert.Equal((true, 0), (isSame, rented));
    }

    public sealed record Point(int X, int Y);

    public sealed record Order(Guid Id, DateTime At, Point Place, List<Line> Lines, SortedDictionary<string, string>? Notes, DayOfWeek Day);

    public sealed record Line(string Name, decimal Price, int? Count);

    public sealed record Twice(Point First, Point Second, Point[] Others);

    public sealed class Page<T>
    {
        public T[] Items { get; set; } = [];
    }

    public sealed class Names : List<string>;

    public sealed class Node
    {
        public Node? Next { get; set; }
    }

    public sealed class Tree : List<Tree>;

    public sealed class Left
    {
        public Right[] Rights { get; set; } = [];
    }

    public sealed class Right
    {
        public Dictionary<int, Left>? Lefts { get; set; }
    }

    public struct Nested
    {
        public Order First { get; set; }

        public Left Second { get; set; }
    }

    public sealed record Any(string Name, object? Value);

    [Union(0, typeof(Circle))]
    public interface IShape;

    [MessagePackObject]
    public sealed class Circle : IShape
    {
        [Key(0)]
        public int Radius { get; set; }
    }

    [MessagePackFormatter(typeof(WrittenFormatter))]
    public sealed record Written(int Value);

    public sealed class HasWritten
    {
        [MessagePackFormatter(typeof(WrittenFormatter))]
        public Written? Value { get; set; }
    }

    public class Base
    {
        public Node? Node { get; set; }
    }

    public sealed class Derived : Base;

    public sealed class WrittenFormatter : IMessagePackFormatter<Written?>
    {
        public void Serialize(ref MessagePackWriter writer, Written? value, MessagePackSerializerOptions options) => writer.WriteNil();

        public Written? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => null;
    }
}
