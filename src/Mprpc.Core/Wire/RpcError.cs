namespace Mprpc.Wire;

/// <summary>What a caller is told instead of a result.</summary>
internal readonly record struct RpcError(RpcErrorKind Kind, string Message, string? Code = null, object? Data = null);
