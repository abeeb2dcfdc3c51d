namespace Mprpc.Wire;

/// <summary>
/// The request with which a client says who it is (docs/protocol.md 10.2): <c>[0, msgid, "$/authenticate", [scheme, token]]</c>, answered with nil.
/// </summary>
internal static class AuthenticateMethod
{
    public const string Name = "$/authenticate";

    public const int ParameterCount = 2;
}
