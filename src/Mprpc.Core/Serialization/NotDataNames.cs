using System;
using System.Collections.Generic;

namespace Mprpc.Serialization;

/// <summary>The types whose values are no data, by name, so that trimming keeps none of them for this. What derives from one is one.</summary>
/// <remarks>Compiled into the generator too: the build warns of what run time refuses (MPRPC020).</remarks>
internal static class NotDataNames
{
    /// <summary>What stands for something of the process: a name that a peer sends would be looked up, a type be loaded, a handle be made up.</summary>
    public static readonly HashSet<string> OfRuntime = new HashSet<string>(StringComparer.Ordinal)
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

    /// <summary>What is filled in time out of proportion to what is sent, or compares keys by hash codes that a peer can choose.</summary>
    public static readonly HashSet<string> SlowToFill = new HashSet<string>(StringComparer.Ordinal)
    {
        "System.Dynamic.ExpandoObject",
        "System.Collections.Specialized.ListDictionary",
        "System.Collections.Specialized.HybridDictionary",
        "System.Collections.Specialized.OrderedDictionary",
    };
}
