using System.Reflection;
using Mprpc.Connections;

namespace Mprpc.Interleavings.Tests.Stepping;

/// <summary>The calls that a thread keeps to use again: each run begins without them, so that equal schedules do the same.</summary>
internal static class CachedCalls
{
    private static readonly FieldInfo[] Fields =
        [
            .. typeof(PendingCall<int>).GetFields(BindingFlags.Static | BindingFlags.NonPublic)
            .Where(field => field.IsDefined(typeof(ThreadStaticAttribute), inherit: false)),
        ];

    public static void Clear()
    {
        foreach (FieldInfo field in Fields)
        {
            field.SetValue(null, field.FieldType.IsValueType ? Activator.CreateInstance(field.FieldType) : null);
        }
    }
}
