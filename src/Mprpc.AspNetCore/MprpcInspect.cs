namespace Mprpc.AspNetCore;

/// <summary>Who may ask an endpoint what its methods are, by the call <c>$/inspect</c>.</summary>
/// <remarks>Whoever asks is told only of methods that the same caller may call.</remarks>
public enum MprpcInspect
{
    /// <summary>Nobody: it is answered as a method that is not there.</summary>
    Off,

    /// <summary>Who has logged in.</summary>
    Authenticated,

    /// <summary>Everybody who may call anything: where the endpoint requires login, who has logged in.</summary>
    Everyone,
}
