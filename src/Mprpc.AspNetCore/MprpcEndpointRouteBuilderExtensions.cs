using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Mprpc;
using Mprpc.AspNetCore;
using Mprpc.AspNetCore.Endpoints;
using Mprpc.AspNetCore.Model;
using Mprpc.Transports;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps services to MessagePack-RPC listeners of their own, beside the application's HTTP addresses.</summary>
public static class MprpcEndpointRouteBuilderExtensions
{
    /// <summary>Serves <typeparamref name="T"/> over MessagePack-RPC on a port of this machine's loopback address, 127.0.0.1.</summary>
    /// <typeparam name="T">The service class: what it publishes is said at <see cref="Mprpc.MprpcServiceAttribute"/>. It is resolved from the services for each
    /// call; a class that is not registered is created for each call.</typeparam>
    /// <param name="endpoints">The application.</param>
    /// <param name="port">From 0 to 65,535; 0 takes a free port, which <see cref="IMprpcServer.Endpoints"/> tells. Services may share a port.</param>
    /// <returns>A builder for the service's conventions.</returns>
    /// <exception cref="InvalidOperationException"><c>builder.Services.AddMprpc()</c> was not called, or the application has started.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such port.</exception>
    public static IMprpcServiceConventionBuilder MapMprpcService<
        [DynamicallyAccessedMembers(ServiceRegistration.NeededMembers)] T>(this IEndpointRouteBuilder endpoints, int port)
        where T : class
        => Map(endpoints, port, new ServiceRegistration<T>(), NameOf<T>());

    /// <summary>Serves <typeparamref name="T"/> over MessagePack-RPC at an address, or at an endpoint of the configuration.</summary>
    /// <typeparam name="T">The service class; see the overload with a port.</typeparam>
    /// <param name="endpoints">The application.</param>
    /// <param name="urlOrName"> <c>tcp://0.0.0.0:6000</c>, <c>tcp://[::]:6000</c>, <c>tcp://127.0.0.1:0</c>, <c>tls://*:6000</c>, <c>unix:///run/x.sock</c> or,
    /// on Windows, <c>pipe://./name</c>. Or the name of an endpoint, whose address and options are in the configuration under <c>Mprpc:Endpoints:NAME</c>.
    /// </param>
    /// <returns>A builder for the service's conventions.</returns>
    /// <exception cref="InvalidOperationException"><c>builder.Services.AddMprpc()</c> was not called, or the application has started.</exception>
    /// <exception cref="ArgumentException">It is no such address, and the configuration has no endpoint of that name.</exception>
    public static IMprpcServiceConventionBuilder MapMprpcService<
        [DynamicallyAccessedMembers(ServiceRegistration.NeededMembers)] T>(this IEndpointRouteBuilder endpoints, string urlOrName)
        where T : class
        => Map(endpoints, urlOrName, new ServiceRegistration<T>(), NameOf<T>());

    /// <summary>Serves a delegate as one method over MessagePack-RPC on a port of this machine's loopback address, 127.0.0.1.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="port">From 0 to 65,535; 0 takes a free port, and is one of its own for each mapping. Services and delegates may share a port.</param>
    /// <param name="method">The method's name on the wire, as it is.</param>
    /// <param name="handler"> What runs: parameters by position, with their defaults; those marked [FromServices] or [FromKeyedServices], a
    /// <see cref="CancellationToken"/> and a <see cref="Mprpc.MprpcCallContext"/> are not on the wire. It may return a value, nothing or a task. Attributes on
    /// it count as on a method. Not under native AOT, where methods are generated from classes.
    /// </param>
    /// <returns>A builder for the method's conventions.</returns>
    /// <exception cref="InvalidOperationException"><c>builder.Services.AddMprpc()</c> was not called, or the application has started.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such port.</exception>
    public static IMprpcServiceConventionBuilder MapMprpc(this IEndpointRouteBuilder endpoints, int port, string method, Delegate handler)
        => Map(endpoints, port, Registration(method, handler), NameOf(method));

    /// <summary>Serves a delegate as one method over MessagePack-RPC at an address, or at an endpoint of the configuration.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="urlOrName">As for <c>MapMprpcService</c>.</param>
    /// <param name="method">The method's name on the wire, as it is.</param>
    /// <param name="handler">What runs; see the overload with a port.</param>
    /// <returns>A builder for the method's conventions.</returns>
    /// <exception cref="InvalidOperationException"><c>builder.Services.AddMprpc()</c> was not called, or the application has started.</exception>
    /// <exception cref="ArgumentException">It is no such address, and the configuration has no endpoint of that name.</exception>
    public static IMprpcServiceConventionBuilder MapMprpc(this IEndpointRouteBuilder endpoints, string urlOrName, string method, Delegate handler)
        => Map(endpoints, urlOrName, Registration(method, handler), NameOf(method));

    private static ServiceConventionBuilder Map(IEndpointRouteBuilder endpoints, int port, ServiceRegistration registration, string caller)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, System.Net.IPEndPoint.MaxPort);
        return Map(endpoints, RpcAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{port}")), isPortOnly: true, registration, caller);
    }

    private static ServiceConventionBuilder Map(IEndpointRouteBuilder endpoints, string urlOrName, ServiceRegistration registration, string caller)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(urlOrName);
        return urlOrName.Contains("://", StringComparison.Ordinal)
            ? Map(endpoints, RpcAddress.Parse(urlOrName), isPortOnly: false, registration, caller)
            : Map(Collected(endpoints, caller).GetOrAdd(urlOrName), registration);
    }

    private static ServiceConventionBuilder Map(
        IEndpointRouteBuilder endpoints, RpcAddress address, bool isPortOnly, ServiceRegistration registration, string caller)
    {
        _ = LocalEndPoint.Of(address);      // a host that cannot be listened on fails here, not at the start
        registration.MappedTo = address.ToString();
        return Map(Collected(endpoints, caller).GetOrAdd(address, isPortOnly), registration);
    }

    private static ServiceConventionBuilder Map(MprpcEndpointOptions endpoint, ServiceRegistration registration)
    {
        endpoint.Services.Add(registration);
        return new ServiceConventionBuilder(registration, endpoint);
    }

    private static DelegateRegistration Registration(string method, Delegate handler)
    {
        ArgumentException.ThrowIfNullOrEmpty(method);
        ArgumentNullException.ThrowIfNull(handler);
        return new DelegateRegistration(method, handler);
    }

    private static RpcEndpoints Collected(IEndpointRouteBuilder endpoints, string caller)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return endpoints.ServiceProvider.GetService<RpcEndpoints>()
            ?? throw new InvalidOperationException($"{caller} needs the server's services. Call builder.Services.AddMprpc() before builder.Build().");
    }

    private static string NameOf<T>() => $"MapMprpcService<{typeof(T).Name}>()";

    private static string NameOf(string method) => $"MapMprpc(\"{method}\")";
}
