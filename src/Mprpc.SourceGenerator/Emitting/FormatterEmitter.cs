using Microsoft.CodeAnalysis.Text;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Emitting;

/// <summary>Writes the registration of MessagePack's own generic formatters.</summary>
internal static class FormatterEmitter
{
    private const string Keys = "global::Mprpc.CompilerServices.MprpcGeneratedKeys";

    public static SourceText Emit(IEnumerable<FormatterModel> formatters, IEnumerable<KeyModel> keys)
    {
        var code = new CodeWriter();
        code.OpenType("internal static class MprpcFormatters");
        code.Line("[global::System.Runtime.CompilerServices.ModuleInitializer]");
        code.Open("internal static void Register()");

        foreach (FormatterModel formatter in formatters)
        {
            code.Line($"global::Mprpc.CompilerServices.MprpcGeneratedFormatters.Register<{formatter.Type}>({formatter.Expression});");
        }

        foreach (KeyModel key in keys)
        {
            IEnumerable<string> parts = key.Parts.Select(part => $"static key => {Keys}.Hash<{part.Type}>(key.{CodeWriter.Name(part.Name)})");
            code.Line($"{Keys}.Register<{key.Type}>({string.Join(", ", parts)});");
        }

        return code.End();
    }
}
