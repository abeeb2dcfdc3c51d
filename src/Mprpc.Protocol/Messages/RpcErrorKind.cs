namespace Mprpc.Messages;

/// <summary>Why a request is answered with an error; the error shapes tell them apart.</summary>
internal enum RpcErrorKind
{
    Handler,
    UnknownMethod,
    InvalidArguments,
}
