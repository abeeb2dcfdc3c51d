using Microsoft.Extensions.Options;

namespace Mprpc.AspNetCore;

/// <summary>Refuses, at start-up, options that cannot be meant.</summary>
internal sealed class MprpcServerOptionsValidator : IValidateOptions<MprpcServerOptions>
{
    private static readonly LimitsValidator Limits = new("Mprpc:Limits:{0} (MprpcServerOptions.Limits.{0})");

    public ValidateOptionsResult Validate(string? name, MprpcServerOptions options)
    {
        List<string> failures = Limits.Validate(options.Limits);

        if (options.CallTimeout is { } timeout && timeout <= TimeSpan.Zero)
        {
            failures.Add($"Mprpc:CallTimeout (MprpcServerOptions.CallTimeout) is {timeout}; allowed is any positive time, or null for none.");
        }

        if (options.RateLimitingPolicy is { } policy && string.IsNullOrWhiteSpace(policy))
        {
            failures.Add("Mprpc:RateLimitingPolicy (MprpcServerOptions.RateLimitingPolicy) is empty; allowed is the name of a policy of AddRateLimiter, or null for none.");
        }

        if (options.DrainDelay < TimeSpan.Zero)
        {
            failures.Add($"Mprpc:DrainDelay (MprpcServerOptions.DrainDelay) is {options.DrainDelay}; allowed is zero (no delay) or any positive time. Leave it out for the default.");
        }

        if (!Enum.IsDefined(options.NamingPolicy))
        {
            failures.Add($"Mprpc:NamingPolicy (MprpcServerOptions.NamingPolicy) is {options.NamingPolicy}; allowed are {string.Join(", ", Enum.GetNames<MprpcNamingPolicy>())}.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
