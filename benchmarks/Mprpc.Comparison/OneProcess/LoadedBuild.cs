using System.Net;
using System.Reflection;
using System.Runtime.Loader;
using Mprpc.Comparison.Load;

namespace Mprpc.Comparison.OneProcess;

/// <summary>A build of Mprpc, loaded beside others into this process with all of its own assemblies: nothing is shared but .NET itself.</summary>
/// <remarks>
/// What holds the builds together are the names used here: <c>MprpcPeer</c> with <c>ServeAsync</c> and <c>ConnectAsync</c>, <c>Scenario.Named</c>, and
/// <c>ILoad</c>.
/// </remarks>
internal sealed class LoadedBuild : AssemblyLoadContext
{
    private readonly AssemblyDependencyResolver _resolver;
    private readonly Assembly _assembly;

    /// <param name="program">That build's Mprpc.Comparison.dll.</param>
    public LoadedBuild(string program)
    {
        _resolver = new AssemblyDependencyResolver(program);
        _assembly = LoadFromAssemblyPath(program);
    }

    /// <summary>Starts a server and opens the scenario's connections to it.</summary>
    /// <returns>Makes calls for so long, and tells how many it made.</returns>
    public async Task<Func<TimeSpan, Task<long>>> StartAsync(Scenario scenario)
    {
        object peer = Activator.CreateInstance(Find("Mprpc.Comparison.Peers.MprpcPeer"), nonPublic: true)!;
        object itsScenario = Find("Mprpc.Comparison.Scenario").GetMethod(nameof(Scenario.Named))!.Invoke(null, [scenario.Name])!;
        var server = (IPEndPoint)await ResultAsync(peer.GetType().GetMethod(nameof(Peers.Peer.ServeAsync))!.Invoke(peer, null));
        object load = await ResultAsync(peer.GetType().GetMethod(nameof(Peers.Peer.ConnectAsync))!.Invoke(peer, [server, itsScenario]));
        MethodInfo run = Find("Mprpc.Comparison.Load.ILoad").GetMethod(nameof(ILoad.RunAsync))!;
        PropertyInfo calls = Find("Mprpc.Comparison.Load.WindowReport").GetProperty(nameof(WindowReport.Calls))!;
        return async window => (long)calls.GetValue(await ResultAsync(run.Invoke(load, [window])))!;
    }

    protected override Assembly? Load(AssemblyName assemblyName)
        => _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

    protected override IntPtr LoadUnmanagedDll(string unmanagedDllName)
        => _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : IntPtr.Zero;

    private Type Find(string name) => _assembly.GetType(name, throwOnError: true)!;

    private static async Task<object> ResultAsync(object? task)
    {
        await (Task)task!;
        return task.GetType().GetProperty(nameof(Task<int>.Result))!.GetValue(task)!;
    }
}
