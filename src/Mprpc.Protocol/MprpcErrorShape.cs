namespace Mprpc;

/// <summary>What the error field of a response looks like: peers disagree on what they can read.</summary>
public enum MprpcErrorShape
{
    /// <summary>The message as text, result nil: read by mprpc, msgpack-rpc-python, Perl, Go, C++ and most others. The default.</summary>
    Message,

    /// <summary><c>[code, message]</c> with code 0 for an exception and 1 for a call that cannot be made, result nil: neovim and its clients.</summary>
    CodeAndMessage,

    /// <summary>A code as text, and the message as the only element of the result: msgpack-rpc-ruby and msgpack-rpc-java.</summary>
    CodeWithMessageAsResult,

    /// <summary>The number 1 for an unknown method, 2 for arguments that do not fit, else the message as text, result nil: jubatus.</summary>
    Number,
}
