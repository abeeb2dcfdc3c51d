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
    /// The error's text as the peer has sent it: of any length up to that of a message, and with whatever characters. <see cref="Exception.Message"/> is fit for a log: its first 512 characters, without
    /// control characters.
    /// </summary>
    public string RawMessage { get; }

    /// <summary>The wire name of the method that was called.</summary>
    public string Method { get; }

    /// <summary>The error's code as text where the peer sent one (<c>[code, message]</c>, a number, a map with "code"), else null.</summary>
    public string? Code { get; }

    /// <summary>What the peer sent besides the message: the error itself where it is no string, or the result that came beside an error; else null.</summary>
    public object? ErrorData { get; }
}
