using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Mprpc.Binding;

/// <summary>Makes an assembly register what was generated for it.</summary>
internal static class GeneratedCode
{
    /// <summary>Runs the module initializer of a type's assembly: an assembly of contracts alone has no code of its own that would run it.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "A trimmed module keeps its initializer; one that has none is as well off.")]
    public static void Load(Type type) => RuntimeHelpers.RunModuleConstructor(type.Module.ModuleHandle);
}
