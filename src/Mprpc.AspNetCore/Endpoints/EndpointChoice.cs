using System.Globalization;
using Mprpc.AspNetCore.Model;
using Mprpc.Transports;

namespace Mprpc.AspNetCore.Endpoints;

/// <summary>Finds the endpoint that is meant among those of the application, for a connection that no listener has accepted.</summary>
internal static class EndpointChoice
{
    /// <param name="endpoints">What the application serves.</param>
    /// <param name="wanted">A port, an address, or a name; null where there is only one.</param>
    /// <param name="example">How to name one, in code: <c>CreateMprpcClient("6000")</c>.</param>
    /// <exception cref="InvalidOperationException">There is none, or none of that name, or it is not said which; the message names them all.</exception>
    public static ServedEndpoint Choose(IReadOnlyList<ServedEndpoint> endpoints, string? wanted, string example)
    {
        if (endpoints.Count == 0)
        {
            throw new InvalidOperationException(
                "The application serves nothing over MessagePack-RPC. "
                + "Map a service with app.MapMprpcService<T>(port), or add one with builder.Services.AddMprpc().AddService<T>().");
        }

        ServedEndpoint[] found = wanted is null ? [.. endpoints] : [.. endpoints.Where(endpoint => IsMeant(endpoint, wanted))];

        return found.Length == 1 ? found[0] : throw new InvalidOperationException(
            $"{Problem(wanted, found.Length)} The application serves: {string.Join("; ", endpoints.Select(Describe))}. "
            + $"Name one by its port (\"6000\"), its address (\"tcp://127.0.0.1:6000\") or, if it has one, its name: {example}.");
    }

    private static bool IsMeant(ServedEndpoint endpoint, string wanted)
        => string.Equals(endpoint.Address?.ToString(), wanted, StringComparison.OrdinalIgnoreCase)
            || string.Equals(endpoint.Name, wanted, StringComparison.OrdinalIgnoreCase)
            || (endpoint.Address is { Host: not null } address
                && (wanted == address.Port.ToString(CultureInfo.InvariantCulture)
                    || (wanted.Contains("://", StringComparison.Ordinal) && IsSame(address, wanted))));

    private static bool IsSame(RpcAddress address, string wanted) => LocalEndPoint.Of(address).Equals(LocalEndPoint.Of(RpcAddress.Parse(wanted)));

    private static string Problem(string? wanted, int count)
        => wanted is null ? "The endpoint is not specified, and there are several."
            : count == 0 ? $"There is no endpoint '{wanted}'."
            : $"There are {count} endpoints '{wanted}'.";

    private static string Describe(ServedEndpoint endpoint)
        => endpoint.Options.Services.Count == 0
            ? $"{endpoint} (the services of AddService)"
            : $"{endpoint} ("
                + string.Join(", ", endpoint.Options.Services.Select(service
                    => service is DelegateRegistration ? service.ToString() : service.ServiceType.Name))
                + ")";
}
