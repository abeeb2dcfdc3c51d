namespace Mprpc;

/// <summary>An error that a service means for its caller: the message, the code and the data reach the peer as they are.</summary>
/// <remarks>Every other exception of a service reaches the peer as "Internal error." unless detailed errors are enabled.</remarks>
/// <param name="message">What the caller is told. An empty message is sent as the code, or as "Error.": several peers take an empty error for success.</param>
/// <param name="code">A short, stable name of the error for programs, or null.</param>
/// <param name="data">Further facts for the caller, or null; must be serializable.</param>
public class MprpcException(string message, string? code = null, object? data = null) : Exception(message)
{
    /// <summary>A short, stable name of the error for programs, or null.</summary>
    public string? Code { get; } = code;

    /// <summary>Further facts for the caller, or null.</summary>
    public object? ErrorData { get; } = data;
}
