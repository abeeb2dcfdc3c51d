namespace Mprpc.Tool.Frames;

/// <summary>The sides of a connection, as logs and recordings name them.</summary>
internal static class Side
{
    public const string Client = "client";
    public const string Server = "server";
}
