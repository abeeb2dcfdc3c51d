using Microsoft.Extensions.DependencyInjection;

namespace Mprpc.Client;

/// <summary>A client that <c>AddMprpcClient</c> has added.</summary>
internal sealed record AddedClient(string Name)
{
    /// <summary>The name itself, if such a client was added.</summary>
    /// <exception cref="InvalidOperationException">No client of that name was added.</exception>
    public static string Find(IServiceProvider services, string name) => Find(services.GetServices<AddedClient>().Select(static added => added.Name), name);

    /// <inheritdoc cref="Find(IServiceProvider, string)"/>
    public static string Find(IEnumerable<string> names, string name)
    {
        if (names.Contains(name))
        {
            return name;
        }

        string[] known = [.. names.Distinct().Order(StringComparer.Ordinal).Select(static each => $"'{each}'")];
        throw new InvalidOperationException(
            $"No client '{name}' was added; there are {(known.Length == 0 ? "none" : string.Join(", ", known))}. "
            + $"Add it at start-up: services.AddMprpcClient<IContract>(\"{name}\").");
    }
}
