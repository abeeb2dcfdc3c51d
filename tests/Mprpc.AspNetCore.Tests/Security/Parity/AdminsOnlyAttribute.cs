using Microsoft.AspNetCore.Authorization;

namespace Mprpc.AspNetCore.Tests.Security.Parity;

/// <summary>An application's own kind of [Authorize].</summary>
[AttributeUsage(AttributeTargets.All)]
public sealed class AdminsOnlyAttribute : Attribute, IAuthorizeData
{
    public string? Policy { get; set; }

    public string? Roles { get; set; } = "admin";

    public string? AuthenticationSchemes { get; set; }
}
