using System.Text.Json;
using System.Text.Json.Nodes;
using MessagePack;
using MessagePack.Formatters;

namespace Mprpc.AspNetCore.Tests.Core;

/// <summary>Values of every kind that can nest without end, so many levels deep; a number is innermost.</summary>
public static class DeepValues
{
    internal static string[] Kinds { get; } =
    [
        "raw", "list of raw", "object", "dictionary", "links", "struct of object", "json", "json node", "formatter", "list of formatter",
        "member with formatter",
    ];

    private static readonly JsonSerializerOptions VeryDeep = new() { MaxDepth = 1024 };

    public static object? Of(string kind, int levels) => kind switch
    {
        "raw" => Raw(levels),
        "list of raw" => new List<MprpcRaw> { Raw(levels - 1) },
        "object" => Nest(levels, inner => new object?[] { inner }),
        "dictionary" => Nest(levels, inner => new Dictionary<string, object?> { ["a"] = inner }),
        "links" => Links(levels),
        "struct of object" => new Any { Value = Nest(levels - 1, inner => new object?[] { inner }) },
        "json" => JsonSerializer.Deserialize<JsonElement>(Json(levels), VeryDeep),
        "json node" => JsonSerializer.Deserialize<JsonNode>(Json(levels), VeryDeep),
        "formatter" => new Nested(levels),
        "list of formatter" => new List<Nested> { new(levels - 1) },
        "member with formatter" => new HasNested { Levels = levels - 1 },
        _ => throw new ArgumentException(kind),
    };

    public static MprpcRaw Raw(int levels)
    {
        // [[[...[1]...]]]
        byte[] nested = new byte[levels + 1];
        Array.Fill(nested, (byte)0x91);
        nested[^1] = 0x01;
        return new MprpcRaw(nested);
    }

    public static Link? Links(int levels)
    {
        Link? link = null;

        for (int i = 0; i < levels; i++)
        {
            link = new Link { Next = link };
        }

        return link;
    }

    private static object? Nest(int levels, Func<object?, object?> around)
    {
        object? value = 1;

        for (int i = 0; i < levels; i++)
        {
            value = around(value);
        }

        return value;
    }

    private static string Json(int levels) => new string('[', levels) + "1" + new string(']', levels);

    public sealed class Link
    {
        public Link? Next { get; set; }
    }

    public struct Any
    {
        public object? Value { get; set; }
    }

    [MessagePackFormatter(typeof(NestedFormatter))]
    public sealed record Nested(int Levels);

    public sealed class HasNested
    {
        [MessagePackFormatter(typeof(LevelsFormatter))]
        public int Levels { get; set; }
    }

    public sealed class NestedFormatter : IMessagePackFormatter<Nested?>
    {
        public void Serialize(ref MessagePackWriter writer, Nested? value, MessagePackSerializerOptions options)
            => writer.WriteRaw(Raw(value!.Levels).Memory.Span);

        public Nested? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => throw new NotSupportedException();
    }
    public sealed class LevelsFormatter : IMessagePackFormatter<int>
    {
        public void Serialize(ref MessagePackWriter writer, int value, MessagePackSerializerOptions options) => writer.WriteRaw(Raw(value).Memory.Span);

        public int Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) => throw new NotSupportedException();
    }
}
