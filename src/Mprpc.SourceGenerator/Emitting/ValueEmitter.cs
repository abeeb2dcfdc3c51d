using Microsoft.CodeAnalysis.Text;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Emitting;

/// <summary>Writes how a type is read from the wire and written to it, without the serializer.</summary>
internal static class ValueEmitter
{
    public const string Marshal = "global::System.Runtime.InteropServices.CollectionsMarshal";
    public const string Generic = "global::System.Collections.Generic.";

    // A count is a peer's word: room is made for so many at first, and for more as they come.
    public const string FirstRoom = "global::System.Math.Min(count, 1024)";

    public static SourceText Emit(ValueModel value)
    {
        var code = new CodeWriter();
        code.OpenType($"internal static class {value.ClassName}");
        code.Line("[global::System.Runtime.CompilerServices.ModuleInitializer]");
        code.Line("internal static void Register()");
        code.More($"=> global::Mprpc.CompilerServices.MprpcGeneratedValues.Register<{value.Type}>(Write, Read);");
        code.Line();
        code.Open($"public static void Write(global::Mprpc.CompilerServices.MprpcWriter writer, {value.Type} value)");
        EmitNil(code, value);
        EmitWrite(code, value);
        code.Close();
        code.Line();
        code.Open($"public static {value.Type} Read(ref global::Mprpc.CompilerServices.MprpcReader reader)");
        EmitRead(code, value);
        return code.End();
    }

    /// <summary>Reads a head, and returns where there is none.</summary>
    public static void EmitHead(CodeWriter code, ValueModel value, bool isMap)
    {
        string orNil = value.Object is { IsValueType: true } ? "false" : "true";
        code.Line($"int count = reader.Read{(isMap ? "Map" : "Array")}Header({CodeWriter.Quote(value.DisplayName)}, {orNil});");
        code.Line();
        code.Open("if (count < 0)");
        code.Line("return default;");
        code.Close();
        code.Line();
    }

    private static void EmitNil(CodeWriter code, ValueModel value)
    {
        if (value.Object is { IsValueType: true })
        {
            return;
        }

        code.Open("if (value is null)");
        code.Line("writer.WriteNil();");
        code.Line("return;");
        code.Close();
        code.Line();
    }

    private static void EmitWrite(CodeWriter code, ValueModel value)
    {
        switch (value.Shape)
        {
            case ValueShape.Object:
                ObjectValueEmitter.EmitWrite(code, value);
                break;
            case ValueShape.Nullable:
                code.Line(value.Parts[0].Write("value.GetValueOrDefault()"));
                break;
            case ValueShape.Dictionary or ValueShape.DictionaryInterface:
                DictionaryValueEmitter.EmitWrite(code, value);
                break;
            default:
                ListValueEmitter.EmitWrite(code, value);
                break;
        }
    }

    private static void EmitRead(CodeWriter code, ValueModel value)
    {
        switch (value.Shape)
        {
            case ValueShape.Object:
                ObjectValueEmitter.EmitRead(code, value);
                break;
            case ValueShape.Nullable:
                code.Line($"return reader.ReadNil() ? default({value.Type}) : {value.Parts[0].Reading};");
                break;
            case ValueShape.Dictionary or ValueShape.DictionaryInterface:
                DictionaryValueEmitter.EmitRead(code, value);
                break;
            default:
                ListValueEmitter.EmitRead(code, value);
                break;
        }
    }
}
