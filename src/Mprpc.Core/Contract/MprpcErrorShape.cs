namespace Mprpc;

/// <summary>What the error field of a response looks like: peers disagree on what they can read.</summary>
/// <remarks>
/// Only <see cref="Map"/> tells an error's message, code and data. Of the codes <c>unauthenticated</c>, <c>forbidden</c>, <c>rate_limited</c>, <c>busy</c> and
/// <c>timeout</c>, which programs act upon, the other shapes write the code in front of the message: <c>forbidden: Only for admins.</c> A client of Mprpc reads
/// every shape (<see cref="MprpcRemoteException"/>).
/// </remarks>
public enum MprpcErrorShape
{
    /// <summary>
    /// The message as text, without code and data, result nil: read by mprpc, msgpack-rpc-python, msgpack-rpc-java, Perl, Go, C++ and most others. The default.
    /// </summary>
    Message,

    /// <summary><c>[number, message]</c> with the number 0 for an exception and 1 for a call that cannot be made, result nil: neovim and its clients.</summary>
    CodeAndMessage,

    /// <summary>
    /// A code as text, the exception's own where it has one, and the message as the only element of the result, without data: msgpack-rpc-ruby.
    /// </summary>
    CodeWithMessageAsResult,

    /// <summary>The number 1 for an unknown method, 2 for arguments that do not fit, else the message as text, result nil: jubatus.</summary>
    Number,

    /// <summary>
    /// <c>{"message": text, "code": text, "data": any}</c>, code and data where there are any, result nil: all of an <see cref="MprpcException"/>, for clients
    /// of Mprpc and others that read a map. An unknown method has the code <c>unknown_method</c>, arguments that do not fit <c>invalid_params</c>.
    /// </summary>
    Map,

    /// <summary>
    /// <c>[number, message]</c> with the number 255 for an exception, 254 for an unknown method, 253 for arguments that do not fit, result nil: Arduino's
    /// RPClite, to which 0 is no error.
    /// </summary>
    NonZeroCodeAndMessage,
}
