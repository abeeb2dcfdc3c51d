using Mprpc.Dispatch;

namespace Mprpc.Binding;

/// <summary>Where the value of a method's parameter comes from.</summary>
internal enum ParameterSource
{
    Wire,
    CancellationToken,
    CallContext,
    Services,
}
