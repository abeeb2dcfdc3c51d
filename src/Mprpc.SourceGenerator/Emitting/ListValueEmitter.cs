using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Emitting;

/// <summary>Writes how arrays, lists and what looks like one are read and written in place.</summary>
internal static class ListValueEmitter
{
    private static readonly HashSet<string> Numbers = ["sbyte", "short", "ushort", "int", "uint", "long", "ulong", "float", "double"];

    public static void EmitWrite(CodeWriter code, ValueModel value)
    {
        ValuePart element = value.Parts[0];
        string span = $"global::System.ReadOnlySpan<{element.Type}>";
        string list = $"{ValueEmitter.Generic}List<{element.Type}>";

        if (value.Shape is ValueShape.Array or ValueShape.List)
        {
            code.Line($"{span} items = {(value.Shape == ValueShape.List ? $"{ValueEmitter.Marshal}.AsSpan(value)" : "value")};");
        }
        else
        {
            // What counts itself may miscount, and half a message would never end; or it may have no end itself.
            code.Open($"if (value is not {element.Type}[] && value is not {list})");
            code.Line($"writer.WriteSequence<{element.Type}>(value, static (writer, item) => {element.Writes("item")});");
            code.Line("return;");
            code.Close();
            code.Line();
            code.Line($"{span} items = value is {element.Type}[] array ? ({span})array : ({span}){ValueEmitter.Marshal}.AsSpan(({list})value);");
        }

        code.Line("writer.WriteArrayHeader(items.Length);");
        code.Line();
        code.Open($"foreach (ref readonly {element.Type} item in items)");
        code.Line(element.Write("item"));
        code.Close();
    }

    public static void EmitRead(CodeWriter code, ValueModel value)
    {
        ValuePart element = value.Parts[0];
        bool isArray = value.Shape is ValueShape.Array or ValueShape.ArrayInterface;

        if (Numbers.Contains(element.Type))
        {
            // A typed array of JavaScript's.
            code.Open("if (reader.IsExtension())");
            code.Line($"return reader.ReadSerialized<{value.Type}>();");
            code.Close();
            code.Line();
        }

        ValueEmitter.EmitHead(code, value, isMap: false);

        if (isArray)
        {
            code.Line($"{element.Type}[] items = global::System.Array.Empty<{element.Type}>();");
            code.Line($"global::System.Array.Resize(ref items, {ValueEmitter.FirstRoom});");
        }
        else
        {
            code.Line($"var items = new {ValueEmitter.Generic}List<{element.Type}>({ValueEmitter.FirstRoom});");
        }

        code.Line();
        code.Open("for (int i = 0; i < count; i++)");

        if (isArray)
        {
            code.Open("if (i == items.Length)");
            code.Line("global::System.Array.Resize(ref items, (int)global::System.Math.Min(count, i * 2L));");
            code.Close();
            code.Line();
            code.Line($"items[i] = {element.Reading};");
        }
        else
        {
            code.Line($"items.Add({element.Reading});");
        }

        code.Line();
        code.Open("if (reader.Failed)");
        code.Line("return default;");
        code.Close();
        code.Close();
        code.Line();
        code.Line("return items;");
    }
}
