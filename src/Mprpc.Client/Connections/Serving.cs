namespace Mprpc.Client.Connections;

/// <summary>Whether the code that runs serves a call of the server.</summary>
internal static class Serving
{
    private static readonly AsyncLocal<MprpcClientOptions?> s_client = new();

    /// <summary>The frozen options of the client whose server's call is being served; null: none, or of a client that limits no calls.</summary>
    public static MprpcClientOptions? Client
    {
        get => s_client.Value;
        set => s_client.Value = value;
    }
}
