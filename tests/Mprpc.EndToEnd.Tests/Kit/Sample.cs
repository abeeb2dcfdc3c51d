using System.Reflection;

namespace Mprpc.EndToEnd.Tests.Kit;

/// <summary>The samples as a user runs them: processes of their own.</summary>
internal static class Sample
{
    public const int RpcPort = 6000;

    /// <summary>Starts samples/WebApp and waits until it serves.</summary>
    /// <param name="httpPort">Where it is to serve HTTP; MessagePack-RPC is on port 6000.</param>
    /// <param name="arguments">Further arguments: configuration.</param>
    public static Task<ChildProcess> StartWebAppAsync(int httpPort, params string[] arguments)
        => StartWebAppAsync([PathOf("WebApp"), "--urls", $"http://127.0.0.1:{httpPort}", .. arguments]);

    /// <summary>Starts samples/WebApp and waits until it serves.</summary>
    /// <param name="command">All that follows <c>dotnet</c>.</param>
    /// <param name="environment">Variables to set.</param>
    public static async Task<ChildProcess> StartWebAppAsync(string[] command, IReadOnlyDictionary<string, string>? environment = null)
    {
        Requirement.FreePort(RpcPort);
        ChildProcess app = ChildProcess.Start("dotnet", command, expectedLine: "Try:", environment: environment);

        try
        {
            await app.WaitForLineAsync();
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public static string PathOf(string sample) => Path.Combine(Metadata("SamplesDirectory"), sample, Metadata("SamplesOutput"), sample + ".dll");

    private static string Metadata(string key)
        => typeof(Sample).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
