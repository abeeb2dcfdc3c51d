using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Emitting;

/// <summary>Writes how dictionaries are read and written in place.</summary>
internal static class DictionaryValueEmitter
{
    public static void EmitWrite(CodeWriter code, ValueModel value)
    {
        string types = $"<{value.Parts[0].Type}, {value.Parts[1].Type}>";

        if (value.Shape == ValueShape.Dictionary)
        {
            EmitItems(code, value, types, "value", "value.Count");
            return;
        }

        code.Open($"if (value is {ValueEmitter.Generic}Dictionary{types} dictionary)");
        EmitItems(code, value, types, "dictionary", "dictionary.Count");
        code.Close();
        code.Open("else");

        // What counts itself may miscount, and half a message would never end; or it may have no end itself.
        ValuePart key = value.Parts[0];
        ValuePart item = value.Parts[1];
        code.Line(
            $"writer.WriteMap<{key.Type}, {item.Type}>(value, "
            + $"static (writer, item) => {key.Writes("item")}, static (writer, item) => {item.Writes("item")});");
        code.Close();
    }

    public static void EmitRead(CodeWriter code, ValueModel value)
    {
        ValuePart key = value.Parts[0];
        ValueEmitter.EmitHead(code, value, isMap: true);
        code.Line(
            $"var items = new {ValueEmitter.Generic}Dictionary<{key.Type}, {value.Parts[1].Type}>"
            + $"({ValueEmitter.FirstRoom}, reader.KeyComparer<{key.Type}>());");
        code.Line();
        code.Open("for (int i = 0; i < count; i++)");
        code.Line($"{key.Type} key = {key.Reading};");
        code.Line($"{value.Parts[1].Type} item = {value.Parts[1].Reading};");
        code.Line();
        code.Open("if (!reader.Failed && ((object)key is null || !items.TryAdd(key, item)))");
        code.Line($"reader.Fail({CodeWriter.Quote($"{value.DisplayName} without nil or the same key twice")});");
        code.Close();
        code.Line();
        code.Open("if (reader.Failed)");
        code.Line("return default;");
        code.Close();
        code.Close();
        code.Line();
        code.Line("return items;");
    }

    private static void EmitItems(CodeWriter code, ValueModel value, string types, string source, string count)
    {
        code.Line($"int count = {count};");
        code.Line("writer.WriteMapHeader(count);");
        code.Line();
        code.Open($"foreach ({ValueEmitter.Generic}KeyValuePair{types} item in {source})");
        code.Line(value.Parts[0].Write("item.Key"));
        code.Line(value.Parts[1].Write("item.Value"));
        code.Line("count--;");
        code.Close();
        code.Line();

        // A Dictionary takes no offence at what is removed meanwhile, but half a message would never end.
        code.Open("if (count != 0)");
        code.Line("throw new global::System.InvalidOperationException(\"The dictionary was changed while it was written.\");");
        code.Close();
    }
}
