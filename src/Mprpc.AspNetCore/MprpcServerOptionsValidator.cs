using System.Globalization;
using Microsoft.Extensions.Options;

namespace Mprpc.AspNetCore;

/// <summary>Refuses, at start-up, options that cannot be meant.</summary>
internal sealed class MprpcServerOptionsValidator : IValidateOptions<MprpcServerOptions>
{
    private const int MostDepth = 1024;

    public ValidateOptionsResult Validate(string? name, MprpcServerOptions options)
    {
        var failures = new List<string>();
        MprpcServerLimits limits = options.Limits;

        Check(failures, nameof(limits.MaxMessageSize), limits.MaxMessageSize, 1, Array.MaxLength);
        Check(failures, nameof(limits.MaxDepth), limits.MaxDepth, 2, MostDepth);
        Check(failures, nameof(limits.MaxCallsInFlightPerConnection), limits.MaxCallsInFlightPerConnection, 1, int.MaxValue);

        if (!Enum.IsDefined(options.NamingPolicy))
        {
            failures.Add($"Mprpc:NamingPolicy (MprpcServerOptions.NamingPolicy) is {options.NamingPolicy}; allowed are {string.Join(", ", Enum.GetNames<MprpcNamingPolicy>())}.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void Check(List<string> failures, string limit, int value, int min, int max)
    {
        if (value < min || value > max)
        {
            failures.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Mprpc:Limits:{limit} (MprpcServerOptions.Limits.{limit}) is {value:N0}; allowed is {min:N0} to {max:N0}. Leave it out for the default."));
        }
    }
}
