using System.Text;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Emitting;

/// <summary>Writes how a type with members is read and written in place: what <see cref="ObjectEmitter"/> does with the serializer.</summary>
internal static class ObjectValueEmitter
{
    // Up to here text has a head of one byte, the same for every peer.
    private const int LongestFixedText = 31;
    private const string Callbacks = "global::MessagePack.IMessagePackSerializationCallbackReceiver";

    public static void EmitWrite(CodeWriter code, ValueModel value)
    {
        ObjectModel model = value.Object!;

        GuardEmitter.Open(code, model, value.Type);

        if (model.HasCallbacks)
        {
            code.Line($"(({Callbacks})value).OnBeforeSerialize();");
        }

        if (model.IsMap)
        {
            EmitMap(code, value);
        }
        else
        {
            EmitArray(code, value);
        }

        GuardEmitter.Close(code, model);
    }

    public static void EmitRead(CodeWriter code, ValueModel value)
    {
        ObjectModel model = value.Object!;
        ValueEmitter.EmitHead(code, value, model.IsMap);

        if (value.IsRecursive)
        {
            code.Open($"if (!reader.HasRoom({CodeWriter.Quote(value.DisplayName)}))");
            code.Line("return default;");
            code.Close();
            code.Line();
        }

        for (int i = 0; i < model.Members.Length; i++)
        {
            if (model.Members[i].Assignment != Assignment.None)
            {
                code.Line($"{value.Parts[i].Type} value{i} = default;");
            }
        }

        if (model.IsMap)
        {
            EmitReadMap(code, value);
        }
        else
        {
            EmitReadArray(code, value);
        }

        code.Open("if (reader.Failed)");
        code.Line("return default;");
        code.Close();
        code.Line();
        ConstructionEmitter.Emit(code, model, value.Type, i => model.IsMap ? $"has{i}" : $"count > {model.Members[i].Index}", $"{model.Identifier}_Formatter.");
    }

    private static void EmitArray(CodeWriter code, ValueModel value)
    {
        ObjectModel model = value.Object!;
        int length = model.Members.Length == 0 ? 0 : model.Members.Max(member => member.Index) + 1;
        code.Line($"writer.WriteArrayHeader({length});");

        for (int index = 0; index < length; index++)
        {
            int i = At(model, index);
            code.Line(i >= 0 && model.Members[i].IsReadable ? value.Parts[i].Write(Member(model, i)) : "writer.WriteNil();");
        }
    }

    private static void EmitMap(CodeWriter code, ValueModel value)
    {
        ObjectModel model = value.Object!;
        int[] readable = [.. Enumerable.Range(0, model.Members.Length).Where(i => model.Members[i].IsReadable)];
        List<int> ready = [];

        if (readable.Length < 16)
        {
            ready.Add(0x80 | readable.Length);
        }
        else
        {
            code.Line($"writer.WriteMapHeader({readable.Length});");
        }

        foreach (int i in readable)
        {
            string key = model.Members[i].Key;
            byte[] utf8 = Encoding.UTF8.GetBytes(key);

            if (utf8.Length <= LongestFixedText)
            {
                code.Line(
                    $"writer.WriteEncoded(new byte[] {{ {Bytes([.. ready, 0xA0 | utf8.Length, .. utf8.Select(b => (int)b)])} }});    "
                    + $"// {CodeWriter.Quote(key)}");
            }
            else
            {
                EmitReady(code, ready);
                code.Line($"writer.WriteString({CodeWriter.Quote(key)});");
            }

            ready.Clear();
            code.Line(value.Parts[i].Write(Member(model, i)));
        }

        EmitReady(code, ready);
    }

    private static void EmitReady(CodeWriter code, List<int> ready)
    {
        if (ready.Count > 0)
        {
            code.Line($"writer.WriteEncoded(new byte[] {{ {Bytes(ready)} }});");
        }
    }

    private static void EmitReadArray(CodeWriter code, ValueModel value)
    {
        ObjectModel model = value.Object!;
        int length = model.Members.Where(member => member.Assignment != Assignment.None).Select(member => member.Index + 1).DefaultIfEmpty(0).Max();
        code.Line();

        // A straight line: whoever sends all members is never sent through a jump table.
        for (int index = 0; index < length; index++)
        {
            int i = At(model, index);
            bool isTaken = i >= 0 && model.Members[i].Assignment != Assignment.None;
            code.Open($"if (count > {index})");
            code.Line(isTaken ? $"value{i} = {value.Parts[i].Reading};" : "reader.SkipValue();");
            code.Close();
            code.Line();
        }

        code.Open($"for (int i = {length}; i < count && !reader.Failed; i++)");
        code.Line("reader.SkipValue();");
        code.Close();
        code.Line();
    }

    private static void EmitReadMap(CodeWriter code, ValueModel value)
    {
        ObjectModel model = value.Object!;
        int[] taken = [.. Enumerable.Range(0, model.Members.Length).Where(i => model.Members[i].Assignment != Assignment.None)];

        foreach (int i in taken.Where(i => model.Members[i].Assignment is Assignment.Setter or Assignment.InitSetter or Assignment.Fill))
        {
            code.Line($"bool has{i} = false;");
        }

        code.Line();
        code.Open("for (int i = 0; i < count && !reader.Failed; i++)");
        code.Line("global::System.ReadOnlySpan<byte> key = reader.ReadKey();");
        code.Line();
        code.Open("switch (key.Length)");

        foreach (IGrouping<int, int> sameLength in taken.GroupBy(i => Encoding.UTF8.GetByteCount(model.Members[i].Key)))
        {
            code.Line($"case {sameLength.Key}:");

            foreach (int i in sameLength)
            {
                code.Open($"if (global::System.MemoryExtensions.SequenceEqual(key, {CodeWriter.Quote(model.Members[i].Key)}u8))");
                code.Line($"value{i} = {value.Parts[i].Reading};");

                if (model.Members[i].Assignment is Assignment.Setter or Assignment.InitSetter or Assignment.Fill)
                {
                    code.Line($"has{i} = true;");
                }

                code.Line("continue;");
                code.Close();
                code.Line();
            }

            code.Line("break;");
        }

        code.Close();
        code.Line();
        code.Line("reader.SkipValue();");
        code.Close();
        code.Line();
    }

    private static string Member(ObjectModel model, int i) => $"value.{CodeWriter.Name(model.Members[i].Name)}";

    private static int At(ObjectModel model, int index)
        => Enumerable.Range(0, model.Members.Length).Where(i => model.Members[i].Index == index).DefaultIfEmpty(-1).First();

    private static string Bytes(IEnumerable<int> bytes) => string.Join(", ", bytes.Select(b => $"0x{b:X2}"));
}
