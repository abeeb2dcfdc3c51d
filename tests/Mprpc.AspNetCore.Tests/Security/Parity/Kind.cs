namespace Mprpc.AspNetCore.Tests.Security.Parity;

/// <summary>What is said of a method.</summary>
public enum Kind
{
    Authorize,
    Roles,
    Policy,
    CustomData,
    RequirementData,
    Filter,
    RateLimit,
    Timeout,

    /// <summary>Where the mapping requires a user.</summary>
    AllowAnonymous,
}
