using Microsoft.CodeAnalysis.Text;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Emitting;

/// <summary>Writes the formatter of a type: an array of its members, or a map from their names to their values.</summary>
internal static class ObjectEmitter
{
    public static SourceText Emit(FormatterModel formatter)
    {
        var code = new CodeWriter();
        ObjectModel model = formatter.Object!;
        string name = $"{model.Identifier}_Formatter";
        string value = model.IsValueType ? formatter.Type : $"{formatter.Type}?";

        code.OpenType($"internal sealed class {name} : global::MessagePack.Formatters.IMessagePackFormatter<{value}>");
        code.Line("[global::System.Runtime.CompilerServices.ModuleInitializer]");
        code.Line("internal static void Register()");
        code.More($"=> global::Mprpc.CompilerServices.MprpcGeneratedFormatters.RegisterObject<{value}>(new {name}());");
        code.Line();
        EmitSerialize(code, formatter, value);
        code.Line();
        ObjectReaderEmitter.Emit(code, model, formatter.Type, value);
        return code.End();
    }

    private static void EmitSerialize(CodeWriter code, FormatterModel formatter, string value)
    {
        ObjectModel model = formatter.Object!;
        code.Open(
            $"public void Serialize(ref global::MessagePack.MessagePackWriter writer, {value} value, "
            + "global::MessagePack.MessagePackSerializerOptions options)");

        if (!model.IsValueType)
        {
            code.Open("if (value is null)");
            code.Line("writer.WriteNil();");
            code.Line("return;");
            code.Close();
            code.Line();
        }

        GuardEmitter.Open(code, model, formatter.Type);

        if (model.HasCallbacks)
        {
            code.Line("((global::MessagePack.IMessagePackSerializationCallbackReceiver)value).OnBeforeSerialize();");
        }

        if (model.IsMap)
        {
            EmitMap(code, model);
        }
        else
        {
            EmitArray(code, model);
        }

        GuardEmitter.Close(code, model);
        code.Close();
    }

    private static void EmitMap(CodeWriter code, ObjectModel model)
    {
        List<MemberModel> members = [.. model.Members.Where(member => member.IsReadable)];
        code.Line($"writer.WriteMapHeader({members.Count});");

        foreach (MemberModel member in members)
        {
            code.Line($"writer.WriteString({CodeWriter.Quote(member.Key)}u8);");
            code.Line(MemberText.Write(member));
        }
    }

    private static void EmitArray(CodeWriter code, ObjectModel model)
    {
        int length = model.Members.Length == 0 ? 0 : model.Members.Max(member => member.Index) + 1;
        code.Line($"writer.WriteArrayHeader({length});");

        for (int i = 0; i < length; i++)
        {
            MemberModel? member = model.Members.FirstOrDefault(known => known.Index == i);
            code.Line(member is { IsReadable: true } ? MemberText.Write(member) : "writer.WriteNil();");
        }
    }
}
