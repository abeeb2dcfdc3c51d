using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Mprpc.CompilerServices;

/// <summary>
/// Where generated code leaves the documentation of an assembly's contracts, from its module initializer: their services may be compiled elsewhere, where the
/// comments are not seen. For generated code.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class MprpcGeneratedDocumentation
{
    private static readonly ConcurrentQueue<Func<IReadOnlyList<MprpcMethodDocumentation>>> Unread = new();
    private static readonly Dictionary<MethodInfo, MprpcMethodDocumentation> Known = [];

    /// <summary>Registers the documentation of a contract.</summary>
    /// <param name="documentation">Tells it; called when somebody asks for any.</param>
    public static void Register(Func<IReadOnlyList<MprpcMethodDocumentation>> documentation) => Unread.Enqueue(documentation);

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "A trimmed module keeps its initializer; one that has none is as well off.")]
    internal static MprpcMethodDocumentation? Find(MethodInfo method)
    {
        // An assembly of contracts alone has no code of its own that would run it.
        RuntimeHelpers.RunModuleConstructor(method.Module.ModuleHandle);

        // Two that ask at once must both find what one of them has taken from the queue.
        lock (Known)
        {
            while (Unread.TryDequeue(out Func<IReadOnlyList<MprpcMethodDocumentation>>? documentation))
            {
                foreach (MprpcMethodDocumentation one in documentation())
                {
                    if (one.Method is { } documented)
                    {
                        Known[documented] = one;
                    }
                }
            }

            return Known.GetValueOrDefault(method);
        }
    }
}
