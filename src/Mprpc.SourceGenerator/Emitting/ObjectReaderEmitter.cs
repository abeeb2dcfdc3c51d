using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Emitting;

/// <summary>Writes how a formatter reads its type.</summary>
internal static class ObjectReaderEmitter
{
    public static void Emit(CodeWriter code, ObjectModel model, string type, string value)
    {
        code.Open($"public {value} Deserialize(ref global::MessagePack.MessagePackReader reader, global::MessagePack.MessagePackSerializerOptions options)");
        code.Open("if (global::Mprpc.CompilerServices.MprpcFormatting.TryReadNil(ref reader))");
        code.Line(model.IsValueType
            ? "throw new global::MessagePack.MessagePackSerializationException("
                + $"{CodeWriter.Quote($"nil cannot be read as {type.Replace("global::", string.Empty)}, which is a struct.")});"
            : "return null;");
        code.Close();
        code.Line();
        EmitLocals(code, model);
        code.Line("options.Security.DepthStep(ref reader);");

        if (model.IsMap)
        {
            EmitMap(code, model);
        }
        else
        {
            EmitArray(code, model);
        }

        code.Line("reader.Depth--;");
        ConstructionEmitter.Emit(code, model, type, i => $"has{i}", setters: string.Empty);
        code.Close();

        foreach (int i in ConstructionEmitter.Indexes(model, Assignment.InitSetter))
        {
            code.Line();
            EmitSetter(code, model, i);
        }
    }

    private static void EmitSetter(CodeWriter code, ObjectModel model, int i)
    {
        MemberModel member = model.Members[i];
        AccessorModel? generic = member.Accessor;

        if (generic is not null)
        {
            code.Open($"internal static class Set{i}Of{generic.Parameters}{generic.Constraints}");
        }

        code.Line(
            "[global::System.Runtime.CompilerServices.UnsafeAccessor("
            + $"global::System.Runtime.CompilerServices.UnsafeAccessorKind.Method, Name = \"set_{member.Name}\")]");
        code.Line(
            $"internal static extern void Set{i}({(model.IsValueType ? "ref " : string.Empty)}{generic?.DeclaringType ?? member.DeclaringType} target, "
            + $"{generic?.Type ?? member.Type} value);");

        if (generic is not null)
        {
            code.Close();
        }
    }

    private static void EmitLocals(CodeWriter code, ObjectModel model)
    {
        for (int i = 0; i < model.Members.Length; i++)
        {
            MemberModel member = model.Members[i];

            if (member.Assignment != Assignment.None)
            {
                code.Line($"{member.Type} value{i} = default!;");
            }

            if (member.Assignment is Assignment.Setter or Assignment.InitSetter or Assignment.Fill)
            {
                code.Line($"bool has{i} = false;");
            }
        }
    }

    private static void EmitArray(CodeWriter code, ObjectModel model)
    {
        code.Line("int count = global::Mprpc.CompilerServices.MprpcFormatting.ReadArrayHeader(ref reader);");
        code.Line();
        code.Open("for (int i = 0; i < count; i++)");
        code.Open("switch (i)");

        for (int i = 0; i < model.Members.Length; i++)
        {
            if (model.Members[i].Assignment != Assignment.None)
            {
                code.Line($"case {model.Members[i].Index}:");
                code.More([.. Take(model, i), "break;"]);
            }
        }

        code.Line("default:");
        code.More("reader.Skip();", "break;");
        code.Close();
        code.Close();
        code.Line();
    }

    private static void EmitMap(CodeWriter code, ObjectModel model)
    {
        code.Line("int count = global::Mprpc.CompilerServices.MprpcFormatting.ReadMapHeader(ref reader);");
        code.Line();
        code.Open("for (int i = 0; i < count; i++)");
        code.Line("global::System.ReadOnlySpan<byte> key = global::Mprpc.CompilerServices.MprpcFormatting.ReadKey(ref reader);");

        for (int i = 0; i < model.Members.Length; i++)
        {
            if (model.Members[i].Assignment == Assignment.None)
            {
                continue;
            }

            code.Line();
            code.Open($"if (global::System.MemoryExtensions.SequenceEqual(key, {CodeWriter.Quote(model.Members[i].Key)}u8))");

            foreach (string line in Take(model, i))
            {
                code.Line(line);
            }

            code.Line("continue;");
            code.Close();
        }

        code.Line();
        code.Line("reader.Skip();");
        code.Close();
        code.Line();
    }

    private static List<string> Take(ObjectModel model, int i)
    {
        List<string> lines = [$"value{i} = {MemberText.Read(model.Members[i])};"];

        if (model.Members[i].Assignment is Assignment.Setter or Assignment.InitSetter or Assignment.Fill)
        {
            lines.Add($"has{i} = true;");
        }

        return lines;
    }
}
