using Microsoft.CodeAnalysis.Text;
using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Emitting;

/// <summary>Writes the registration of MessagePack's own generic formatters.</summary>
internal static class FormatterEmitter
{
    public static SourceText Emit(IEnumerable<FormatterModel> formatters)
    {
        var code = new CodeWriter();
        code.OpenType("internal static class MprpcFormatters");
        code.Line("[global::System.Runtime.CompilerServices.ModuleInitializer]");
        code.Open("internal static void Register()");

        foreach (FormatterModel formatter in formatters)
        {
            code.Line($"global::Mprpc.Contracts.MprpcGeneratedFormatters.Register<{formatter.Type}>({formatter.Expression});");
        }

        return code.End();
    }
}
