using Mprpc.Dispatch;

namespace Mprpc.Wire;

/// <summary>Why a request is answered with an error; the error shapes tell them apart.</summary>
internal enum RpcErrorKind
{
    Handler,
    UnknownMethod,
    InvalidArguments,
}
