using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;

namespace Mprpc.AspNetCore.Tests.Security.Parity;

/// <summary>An attribute that is a requirement.</summary>
[AttributeUsage(AttributeTargets.All)]
public sealed class NeedsAgeAttribute : Attribute, IAuthorizationRequirementData
{
    public IEnumerable<IAuthorizationRequirement> GetRequirements() => [new ClaimsAuthorizationRequirement("age", ["18"])];
}
