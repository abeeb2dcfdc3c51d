namespace Mprpc;

/// <summary>
/// How a certain MessagePack-RPC implementation wants to be spoken to: a preset of the compatibility options, for a listener and for a client.
/// </summary>
/// <remarks>Peers that are not named here do well with the defaults. docs/protocol.md tells what each option means on the wire.</remarks>
public sealed record MprpcPeer
{
    private MprpcPeer(string name) => Name = name;

    /// <summary>mprpc for Python. Its server takes one message a read, so that a client sends it one request at a time.</summary>
    public static MprpcPeer MprpcPython { get; } = new(nameof(MprpcPython)) { MaxInFlightPerConnection = 1 };

    /// <summary>
    /// msgpack-rpc-python over a msgpack of 0.4 or later (2013), AirSim's client among them: the defaults. For older ones take <see cref="BeforeStr8AndBin"/>.
    /// </summary>
    public static MprpcPeer MsgpackRpcPython { get; } = new(nameof(MsgpackRpcPython));

    /// <summary>msgpack-rpc-ruby: reads an error as a code, with the message as the result.</summary>
    public static MprpcPeer MsgpackRpcRuby { get; } = new(nameof(MsgpackRpcRuby)) { ErrorShape = MprpcErrorShape.CodeWithMessageAsResult };

    /// <summary>
    /// msgpack-rpc-java over msgpack-java 0.6: knows only raw, and hangs for ever on a str8, bin or ext; of an answer with an error it reads the error alone.
    /// </summary>
    public static MprpcPeer MsgpackRpcJava { get; } = new(nameof(MsgpackRpcJava)) { OldSpec = true };

    /// <summary>jubatus and its msgpack-rpc for C++: reads numbers for the errors that it knows, and only raw.</summary>
    public static MprpcPeer Jubatus { get; } = new(nameof(Jubatus)) { OldSpec = true, ErrorShape = MprpcErrorShape.Number };

    /// <summary>msgpack-rpc for PHP: its client numbers every request 0, so that answers must come in order; its server closes after each answer.</summary>
    public static MprpcPeer MsgpackRpcPhp { get; } = new(nameof(MsgpackRpcPhp)) { ResponseOrder = MprpcResponseOrder.InOrder, MaxCallsPerConnection = 1 };

    /// <summary>neovim itself: reads errors as <c>[code, message]</c>, and wants nested calls answered like those of a stack.</summary>
    public static MprpcPeer Neovim { get; }
        = new(nameof(Neovim)) { ErrorShape = MprpcErrorShape.CodeAndMessage, ResponseOrder = MprpcResponseOrder.LastInFirstOut, CallsBack = true };

    /// <summary>The client libraries of neovim: pynvim, and neovim for Ruby and Node, where they call a server of yours.</summary>
    public static MprpcPeer NeovimClient { get; } = new(nameof(NeovimClient)) { ErrorShape = MprpcErrorShape.CodeAndMessage, CallsBack = true };

    /// <summary>
    /// Arduino's RPClite, and the arduino-router through which a board is called: reads errors as <c>[number, message]</c>, and takes the number 0 for no
    /// error.
    /// </summary>
    public static MprpcPeer ArduinoRouter { get; }
        = new(nameof(ArduinoRouter)) { ErrorShape = MprpcErrorShape.NonZeroCodeAndMessage, TakesCancelRequest = true };

    /// <summary>
    /// Any peer over a MessagePack library from before 2013, when str8, bin and ext came: knows only raw, for text and bytes. Not for a newer library that
    /// reads raw as text: bytes are no text to it.
    /// </summary>
    public static MprpcPeer BeforeStr8AndBin { get; } = new(nameof(BeforeStr8AndBin)) { OldSpec = true };

    /// <summary>All presets.</summary>
    public static IReadOnlyList<MprpcPeer> All { get; } =
        [MprpcPython, MsgpackRpcPython, MsgpackRpcRuby, MsgpackRpcJava, Jubatus, MsgpackRpcPhp, Neovim, NeovimClient, ArduinoRouter, BeforeStr8AndBin];

    /// <summary>The preset's name, as configuration spells it.</summary>
    public string Name { get; }

    /// <summary>Whether to write text and bytes as before MessagePack had str8, bin and ext.</summary>
    public bool OldSpec { get; private init; }

    /// <summary>What the error of a response looks like.</summary>
    public MprpcErrorShape ErrorShape { get; private init; }

    /// <summary>In which order requests are answered.</summary>
    public MprpcResponseOrder ResponseOrder { get; private init; }

    /// <summary>For a server: whether it calls these peers though they say nothing about it, when it calls many.</summary>
    public bool CallsBack { get; private init; }

    /// <summary>For a client: how many calls may wait for their answers on one connection.</summary>
    public int MaxInFlightPerConnection { get; private init; } = int.MaxValue;

    /// <summary>For a client: whether the server is told of calls that were cancelled or timed out, as <c>$/cancelRequest</c>.</summary>
    public bool TakesCancelRequest { get; private init; }

    /// <summary>For a client: how many calls a connection is used for.</summary>
    public int MaxCallsPerConnection { get; private init; } = int.MaxValue;
}
