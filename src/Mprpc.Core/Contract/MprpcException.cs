namespace Mprpc;

/// <summary>
/// An error that a service means for its caller: the message reaches the peer as it is, code and data where the error shape has a place for them.
/// </summary>
/// <remarks>
/// <see cref="MprpcErrorShape.Map"/> carries message, code and data, <see cref="MprpcErrorShape.CodeWithMessageAsResult"/> message and code; the other shapes,
/// the default among them, carry the message alone, with the codes <c>unauthenticated</c>, <c>forbidden</c>, <c>rate_limited</c>, <c>busy</c> and
/// <c>timeout</c> in front of it. The shape is an option of the listener (<c>MprpcEndpointOptions.ErrorShape</c>), or of the client where it serves calls.
/// Every other exception of a service reaches the peer as "Internal error." unless detailed errors are enabled.
/// </remarks>
/// <param name="message">What the caller is told. An empty message is sent as the code, or as "Error.": several peers take an empty error for success.</param>
/// <param name="code">A short, stable name of the error for programs, or null.</param>
/// <param name="errorData">Further facts for the caller, or null. Data that cannot be encoded is left out, and an error is logged.</param>
public class MprpcException(string message, string? code = null, object? errorData = null) : Exception(message)
{
    /// <summary>A short, stable name of the error for programs, or null.</summary>
    public string? Code { get; } = code;

    /// <summary>Further facts for the caller, or null.</summary>
    public object? ErrorData { get; } = errorData;
}
