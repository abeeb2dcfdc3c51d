namespace Mprpc.Client.Connections;

/// <summary>Whether the code that runs serves a call of the server.</summary>
internal static class Serving
{
    private static readonly AsyncLocal<MprpcClientOptions?> s_client = new();

    /// <summary>The frozen options of the client whose server's call is being served; null: none, or of a client that limits no calls.</summary>
    public static MprpcClientOptions? Client => s_client.Value;

    /// <summary>Notes that the code which runs from here on serves a call of a client's server.</summary>
    public static void Begin(MprpcClientOptions client)
    {
        // Ambient state costs each call an allocation.
        if (client.MaxInFlightPerConnection != int.MaxValue || client.MaxCallsPerConnection != int.MaxValue)
        {
            s_client.Value = client;
        }
    }
}
