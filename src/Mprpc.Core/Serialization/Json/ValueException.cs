namespace Mprpc.Serialization.Json;

/// <summary>A text is not a value that can be sent, or bytes are not one that can be shown. The message says which, and what is allowed.</summary>
internal sealed class ValueException(string message, Exception? innerException = null) : Exception(message, innerException);
