namespace Mprpc.Interop.Tests.Peers;

/// <summary>What is known of a peer beforehand: the preset of its name, and how its server is to be called.</summary>
internal static class Peer
{
    private static readonly string[] s_withoutServer = ["pynvim", "ruby-neovim", "lua-nvim", "airsim", "jubatus"];

    /// <summary>The preset; null: the defaults.</summary>
    public static MprpcPeer? PresetOf(string peer) => peer switch
    {
        "neovim" => MprpcPeer.Neovim,
        "pynvim" or "ruby-neovim" or "npm-neovim" => MprpcPeer.NeovimClient,
        "mprpc-python" => MprpcPeer.MprpcPython,
        "msgpack-rpc-python" => MprpcPeer.MsgpackRpcPython,
        "msgpack-rpc-java" => MprpcPeer.MsgpackRpcJava,
        "msgpack-rpc-ruby" => MprpcPeer.MsgpackRpcRuby,
        "php" => MprpcPeer.MsgpackRpcPhp,
        "jubatus" => MprpcPeer.Jubatus,
        _ => null,
    };

    public static bool HasServer(string peer) => !s_withoutServer.Contains(peer);

    public static PeerDialect DialectOf(string peer) => peer switch
    {
        "neovim" => new NeovimDialect(),
        "go-ugorji" => new GoDialect(),
        "npm-msgpack5rpc"
            => new PeerDialect
            {
                Largest = JavaScriptLargest,
                Smallest = -(long)JavaScriptLargest,
                WithoutExt = "msgpack5 3.6 refuses an ext that has no registered type",
            },
        "npm-neovim" => new PeerDialect { Largest = JavaScriptLargest, Smallest = -(long)JavaScriptLargest, TimestampTicks = TimeSpan.TicksPerMillisecond },
        "php" => new PeerDialect { Largest = long.MaxValue, HasEmptyMaps = false, WithoutExt = "php-msgpack reads no ext" },
        "msgpack-rpc-python" or "msgpack-rpc-java" => new PeerDialect { WithoutExt = "the old specification has no ext" },
        _ => new PeerDialect(),
    };

    // JavaScript has one kind of number: integers over 2^53 are not its own.
    private const ulong JavaScriptLargest = (1UL << 53) - 1;
}
