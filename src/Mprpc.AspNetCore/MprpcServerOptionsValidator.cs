using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Configuration;

namespace Mprpc.AspNetCore;

/// <summary>Refuses, at start-up, options that cannot be meant.</summary>
internal sealed class MprpcServerOptionsValidator(IConfiguration configuration) : IValidateOptions<MprpcServerOptions>
{
    public ValidateOptionsResult Validate(string? name, MprpcServerOptions options)
    {
        List<string> failures = LimitsValidator.Validate(options.Limits, limit => PlaceOf(nameof(options.Limits), limit));
        ConfigurationKeys.Check(configuration, failures);

        MprpcAuthenticationOptions authentication = options.Authentication;
        var ranges = new OptionRanges(failures, option => PlaceOf(nameof(options.Authentication), option));
        ranges.Check(nameof(authentication.MaxFailedLogins), authentication.MaxFailedLogins, 1, int.MaxValue);
        ranges.Check(nameof(authentication.MaxMessageSizeBeforeLogin), authentication.MaxMessageSizeBeforeLogin, 1, Array.MaxLength);
        ranges.Check(nameof(authentication.MaxCallsInFlightBeforeLogin), authentication.MaxCallsInFlightBeforeLogin, 1, int.MaxValue);
        ranges.Check(nameof(authentication.LoginTimeout), authentication.LoginTimeout, OptionRanges.Infinite);

        if (options.CallTimeout is { } timeout && timeout <= TimeSpan.Zero)
        {
            failures.Add($"Mprpc:CallTimeout (MprpcServerOptions.CallTimeout) is {timeout}; allowed is any positive time, or null for none.");
        }

        if (options.RateLimitingPolicy is { } policy && string.IsNullOrWhiteSpace(policy))
        {
            failures.Add(
                "Mprpc:RateLimitingPolicy (MprpcServerOptions.RateLimitingPolicy) is empty; "
                + "allowed is the name of a policy of AddRateLimiter, or null for none.");
        }

        if (options.BackplaneHeartbeat <= TimeSpan.Zero)
        {
            failures.Add(
                $"Mprpc:BackplaneHeartbeat (MprpcServerOptions.BackplaneHeartbeat) is {options.BackplaneHeartbeat}; "
                + "allowed is any positive time. Leave it out for the default.");
        }

        if (options.GoAwayGrace < TimeSpan.Zero)
        {
            failures.Add(
                $"Mprpc:GoAwayGrace (MprpcServerOptions.GoAwayGrace) is {options.GoAwayGrace}; allowed is zero, for none, or any time.");
        }

        if (options.DrainDelay < TimeSpan.Zero)
        {
            failures.Add(
                $"Mprpc:DrainDelay (MprpcServerOptions.DrainDelay) is {options.DrainDelay}; "
                + "allowed is zero (no delay) or any positive time. Leave it out for the default.");
        }

        if (!Enum.IsDefined(options.NamingPolicy))
        {
            failures.Add(
                $"Mprpc:NamingPolicy (MprpcServerOptions.NamingPolicy) is {options.NamingPolicy}; "
                + $"allowed are {string.Join(", ", Enum.GetNames<MprpcNamingPolicy>())}.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static string PlaceOf(string section, string option) => $"Mprpc:{section}:{option} (MprpcServerOptions.{section}.{option})";
}
