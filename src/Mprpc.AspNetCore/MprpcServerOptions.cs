namespace Mprpc.AspNetCore;

/// <summary>How the server serves; set in <c>AddMprpc(options => ...)</c>, or in configuration under <c>Mprpc</c>. Read once, at start-up.</summary>
public sealed class MprpcServerOptions
{
    /// <summary>What a connection may demand.</summary>
    public MprpcServerLimits Limits { get; } = new();

    /// <summary>
    /// Whether the listeners that were mapped are opened. Default null: they are, except where the application's server is a TestServer (WebApplicationFactory), whose tests connect in
    /// memory. True: always; false: never.
    /// </summary>
    public bool? Listen { get; set; }

    /// <summary>
    /// Whether a caller is told the type and message of any exception. Default false: it is told "Internal error.", except by <see cref="MprpcException"/>, whose message is meant for it. Leave it
    /// off in production: messages tell strangers of the inside.
    /// </summary>
    public bool EnableDetailedErrors { get; set; }

    /// <summary>How C# method names become names on the wire. Default <see cref="MprpcNamingPolicy.SnakeCase"/>.</summary>
    public MprpcNamingPolicy NamingPolicy { get; set; }

    /// <summary>How values become MessagePack and back. Default <see cref="MprpcSerializerOptions.Default"/>.</summary>
    public MprpcSerializerOptions Serializer { get; set; } = MprpcSerializerOptions.Default;
}
