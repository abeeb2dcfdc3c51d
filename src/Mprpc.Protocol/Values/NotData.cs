using System.Collections.Concurrent;
using System.Collections.Specialized;
using System.Dynamic;

namespace Mprpc;

/// <summary>Types whose values are no data: a name that a peer sends would be looked up, a type be loaded, a handle be made up; or filling them takes time out of proportion to what is sent.</summary>
/// <remarks>The analyzer's MPRPC020 has the same list.</remarks>
internal static class NotData
{
    // By name, so that trimming keeps none of them for this. What derives from one is one.
    private static readonly HashSet<string> OfRuntime = new(StringComparer.Ordinal)
    {
        "System.Reflection.MemberInfo",     // Type among them
        "System.Reflection.Assembly",
        "System.Reflection.Module",
        "System.Reflection.ParameterInfo",
        "System.Delegate",
        "System.RuntimeTypeHandle",
        "System.RuntimeMethodHandle",
        "System.RuntimeFieldHandle",
        "System.IntPtr",
        "System.UIntPtr",
        "System.WeakReference",
        "System.Runtime.InteropServices.SafeHandle",
        "System.Runtime.InteropServices.GCHandle",
        "System.Globalization.CultureInfo",
        "System.Globalization.RegionInfo",
        "System.TimeZoneInfo",
        "System.Text.Encoding",
        "System.Text.RegularExpressions.Regex",
        "System.IO.Stream",
        "System.IO.TextReader",
        "System.IO.TextWriter",
        "System.IO.FileSystemInfo",
        "System.IO.DriveInfo",
        "System.Threading.Thread",
        "System.Threading.Tasks.Task",
        "System.Threading.CancellationToken",
        "System.Threading.CancellationTokenSource",
        "System.Threading.WaitHandle",
        "System.Diagnostics.Process",
        "System.Linq.Expressions.Expression",
        "System.Data.DataSet",
        "System.Data.DataTable",
        "System.Xml.XmlNode",
        "System.Xml.Linq.XNode",
        "System.AppDomain",
        "System.IServiceProvider",
    };

    private static readonly ConcurrentDictionary<Type, string?> Reasons = new();

    /// <summary>Why a type is not read and not written; null where it is data.</summary>
    public static string? WhyNot(Type type) => Reasons.GetOrAdd(type, static type =>
    {
        for (Type? at = type; at is not null && at != typeof(object); at = at.BaseType)
        {
            if (at.FullName is { } name && OfRuntime.Contains(name))
            {
                return "it is no data: a peer could name what it likes with it. Send a string or a number, and look up what it stands for";
            }
        }

        return typeof(ListDictionary).IsAssignableFrom(type) || type == typeof(ExpandoObject) || IsObjectDictionary(type)
            ? "to fill it takes time out of proportion to what is sent. Take a Dictionary, or a class with the members"
            : null;
    });

    // What only compares its keys by the hash codes that they have themselves: a peer can choose keys that have the same.
    private static bool IsObjectDictionary(Type type) => typeof(HybridDictionary).IsAssignableFrom(type) || typeof(OrderedDictionary).IsAssignableFrom(type);
}
