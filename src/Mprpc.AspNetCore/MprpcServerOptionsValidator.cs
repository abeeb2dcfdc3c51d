using System.Globalization;
using Microsoft.Extensions.Options;

namespace Mprpc.AspNetCore;

/// <summary>Refuses, at start-up, options that cannot be meant.</summary>
internal sealed class MprpcServerOptionsValidator : IValidateOptions<MprpcServerOptions>
{
    private static readonly LimitsValidator Limits = new("Mprpc:Limits:{0} (MprpcServerOptions.Limits.{0})");
    private const string Authentication = nameof(MprpcServerOptions.Authentication);

    public ValidateOptionsResult Validate(string? name, MprpcServerOptions options)
    {
        List<string> failures = Limits.Validate(options.Limits);

        MprpcAuthenticationOptions authentication = options.Authentication;
        Check(failures, nameof(authentication.MaxFailedLogins), authentication.MaxFailedLogins, 1, int.MaxValue, Authentication);
        Check(failures, nameof(authentication.MaxMessageSizeBeforeLogin), authentication.MaxMessageSizeBeforeLogin, 1, Array.MaxLength, Authentication);
        Check(failures, nameof(authentication.MaxCallsInFlightBeforeLogin), authentication.MaxCallsInFlightBeforeLogin, 1, int.MaxValue, Authentication);
        Check(failures, nameof(authentication.LoginTimeout), authentication.LoginTimeout, "Timeout.InfiniteTimeSpan (-00:00:00.001)", Authentication);

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

    private static void Check(List<string> failures, string limit, double value, int min, int max, string section)
    {
        if (value < min || value > max)
        {
            failures.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Mprpc:{section}:{limit} (MprpcServerOptions.{section}.{limit}) is {value:N0}; allowed is {min:N0} to {max:N0}. Leave it out for the default."));
        }
    }

    private static void Check(List<string> failures, string limit, TimeSpan value, string none, string section)
    {
        if (value <= TimeSpan.Zero && value != Timeout.InfiniteTimeSpan)
        {
            failures.Add(
                $"Mprpc:{section}:{limit} (MprpcServerOptions.{section}.{limit}) is {value}; allowed is any positive time, or {none} for no limit. Leave it out for the default.");
        }
    }
}
