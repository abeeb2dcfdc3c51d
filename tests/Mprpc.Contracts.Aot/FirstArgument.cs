using Mprpc.Client;

namespace Mprpc.Contracts.Aot;

/// <summary>An untyped argument that is the first value of the process: nothing else has made the formatters known yet.</summary>
internal static class FirstArgument
{
    public static async Task<List<string>> FindWrongAsync()
    {
        await using var client = new MprpcClient(
            $"unix://{Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())}", new MprpcClientOptions { CallTimeout = TimeSpan.FromSeconds(2) });

        try
        {
            await client.CallAsync<int>("any", Guid.Empty).AsTask().InTime();
            return ["somebody has answered"];
        }
        catch (MprpcConnectionException)
        {
            // The argument was written: only the peer is missing.
            return [];
        }
    }
}
