using Microsoft.CodeAnalysis;

namespace Mprpc.SourceGenerator.Parsing;

/// <summary>Types whose values are no data: the same as NotData in Mprpc.Protocol refuses at run time.</summary>
internal static class NotData
{
    private static readonly HashSet<string> Types = new(StringComparer.Ordinal)
    {
        "System.Reflection.MemberInfo",
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
        "System.Dynamic.ExpandoObject",
        "System.Collections.Specialized.ListDictionary",
        "System.Collections.Specialized.HybridDictionary",
        "System.Collections.Specialized.OrderedDictionary",
    };

    /// <summary>Whether the type, or one that it derives from, is no data.</summary>
    public static bool Is(ITypeSymbol type)
    {
        for (ITypeSymbol? at = type; at is not null; at = at.BaseType)
        {
            if (Types.Contains($"{at.ContainingNamespace?.ToDisplayString()}.{at.Name}"))
            {
                return true;
            }
        }

        return false;
    }
}
