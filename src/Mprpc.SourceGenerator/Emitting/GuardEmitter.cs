using Mprpc.SourceGenerator.Model;

namespace Mprpc.SourceGenerator.Emitting;

/// <summary>Writes how a type that can contain itself counts its levels: a value that does contain itself would else end the process.</summary>
internal static class GuardEmitter
{
    private const string Formatting = "global::Mprpc.CompilerServices.MprpcFormatting";

    public static void Open(CodeWriter code, ObjectModel model, string type)
    {
        if (model.IsRecursive)
        {
            code.Line($"{Formatting}.Enter<{type}>();");
            code.Line();
            code.Open("try");
        }
    }

    public static void Close(CodeWriter code, ObjectModel model)
    {
        if (model.IsRecursive)
        {
            code.Close();
            code.Open("finally");
            code.Line($"{Formatting}.Leave();");
            code.Close();
        }
    }
}
