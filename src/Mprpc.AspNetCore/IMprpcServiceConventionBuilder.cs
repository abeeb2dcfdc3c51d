namespace Mprpc.AspNetCore;

/// <summary>Sets how one mapped service is published; to be used before the application starts.</summary>
public interface IMprpcServiceConventionBuilder
{
    /// <summary>Puts a prefix before each method's wire name: <c>WithPrefix("calc")</c> makes sum <c>calc.sum</c>. Overrides the prefix of the service's attribute.</summary>
    /// <param name="prefix">The prefix, without the dot.</param>
    /// <returns>This builder.</returns>
    IMprpcServiceConventionBuilder WithPrefix(string prefix);
}
