using Mprpc.Diagnostics;

namespace Mprpc.Wire;

/// <summary>What a caller is told instead of a result.</summary>
internal readonly record struct RpcError(RpcErrorKind Kind, string Message, string? Code = null, object? Data = null)
{
    /// <summary>Whether it stands for what its caller is not told of: a failure that the application did not mean.</summary>
    public bool IsInternal { get; init; }

    /// <summary>What metrics and traces call it.</summary>
    public string Status => Kind switch
    {
        RpcErrorKind.UnknownMethod => StatusCodes.MethodNotFound,
        RpcErrorKind.InvalidArguments => StatusCodes.InvalidArguments,
        _ => Code ?? (IsInternal ? StatusCodes.InternalError : StatusCodes.Error),
    };
}
