using Mprpc.Diagnostics;

namespace Mprpc;

/// <summary>The peer answered a call with an error.</summary>
/// <remarks>Whatever is not nil in the response's error field is an error: a string, a number, <c>false</c>, an array or a map.</remarks>
public sealed class MprpcRemoteException : Exception
{
    internal MprpcRemoteException(string method, string message, string? code, object? errorData)
        : base(LogText.Clean(message))
    {
        RawMessage = message;
        Method = method;
        Code = code;
        ErrorData = errorData;
    }

    /// <summary>
    /// The error's text as the peer has sent it: of any length up to that of a message, and with whatever characters. <see cref="Exception.Message"/> is fit
    /// for a log: its first 512 characters, without control characters.
    /// </summary>
    public string RawMessage { get; }

    /// <summary>The wire name of the method that was called.</summary>
    public string Method { get; }

    /// <summary>
    /// The error's code as text where the peer sent one, else null: a number, the first of <c>[code, message]</c>, "code" of a map, a text whose message is the
    /// result, or one of the codes of docs/protocol.md 10.3 that the message begins with.
    /// </summary>
    public string? Code { get; }

    /// <summary>
    /// What the peer sent besides message and code, else null: "data" of a map (all of a map that has other keys too), what stands behind <c>[code,
    /// message]</c>, a result beside the error, or the error itself where nothing in it reads as a message.
    /// </summary>
    public object? ErrorData { get; }
}
