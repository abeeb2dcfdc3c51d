using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Model;
using Mprpc.AspNetCore.Policies;
using Mprpc.AspNetCore.Security;
using Mprpc.Connections;
using Mprpc.Dispatch;

namespace Mprpc.AspNetCore.Connections;

/// <summary>Where Kestrel's connections come in: serves each until it ends. One an endpoint; made at start-up, so that a service that cannot be served fails the start.</summary>
internal sealed class RpcConnectionHandler
{
    private readonly IServiceProvider _services;
    private readonly EndpointSecurity _security;
    private readonly RunningCallsTotal _runningCalls;
    private readonly MprpcSerializerOptions _serializer;
    private readonly Dispatcher _dispatcher;
    private readonly MprpcResponseOrder _responseOrder;
    private readonly TimeProvider _clock;
    private readonly ConnectionRegistry _registry;
    private readonly ILogger _logger;

    /// <exception cref="InvalidOperationException">There is no service, or one that cannot be served.</exception>
    public RpcConnectionHandler(IServiceProvider services, MprpcEndpointOptions endpoint)
    {
        MprpcServerOptions options = services.GetRequiredService<IOptions<MprpcServerOptions>>().Value;
        _services = services;
        _security = new EndpointSecurity(services, endpoint, options);
        _registry = services.GetRequiredService<ConnectionRegistry>();
        _runningCalls = services.GetRequiredService<RunningCallsTotal>();
        _serializer = endpoint.OldSpec ? options.Serializer.WithOldSpec() : options.Serializer;
        var policies = new MethodPolicies(services, options, endpoint, _security);
        _dispatcher = new Dispatcher(BuildTable(services, endpoint, options, policies, _security), _serializer, endpoint.ErrorShape, options.EnableDetailedErrors)
        {
            Exceptions = options.Exceptions,
            Unknown = policies.ForUnknown(),
        };
        _responseOrder = endpoint.ResponseOrder;
        _clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _logger = services.GetRequiredService<ILoggerFactory>().CreateLogger("Mprpc.Connection");
    }

    public async Task OnConnectedAsync(ConnectionContext transport)
    {
        using var session = new ConnectionSession(_security);
        var connection = new RpcConnection(new RpcConnectionSettings
        {
            Id = transport.ConnectionId,
            Transport = transport.Transport,
            AbortTransport = () => transport.Abort(new ConnectionAbortedException("The MessagePack-RPC connection was aborted.")),
            Limits = _security.InitialLimits,
            RunningCallsTotal = _runningCalls,
            Logger = _logger,
            Dispatcher = _dispatcher,
            Serializer = _serializer,
            ResponseOrder = _responseOrder,
            Services = _services,
            Session = session,
            Clock = _clock,
            LocalEndPoint = transport.LocalEndPoint,
            RemoteEndPoint = transport.RemoteEndPoint,
            Features = transport.Features,
        });

        // The host stops: without this, Kestrel would wait for the connection as long as the whole shutdown may take.
        CancellationToken stopping = transport.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using CancellationTokenRegistration registration = stopping.UnsafeRegister(static connection => ((RpcConnection)connection!).Stop(), connection);

        _registry.Add(connection);

        try
        {
            await _security.StartAsync(session, connection).ConfigureAwait(false);
            await connection.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            _registry.Remove(connection);
        }
    }

    private static MethodTable BuildTable(IServiceProvider services, MprpcEndpointOptions endpoint, MprpcServerOptions options, MethodPolicies policies, EndpointSecurity security)
    {
        List<ServiceRegistration> registrations = endpoint.Services.Count > 0 ? endpoint.Services : [.. services.GetServices<ServiceRegistration>()];

        if (registrations.Count == 0)
        {
            throw new InvalidOperationException(
                "UseMessagePackRpc() has no service to serve. Name some for all such listeners with builder.Services.AddMprpc().AddService<T>(), or for this one with "
                + "UseMessagePackRpc(options => options.AddService<T>()).");
        }

        List<RpcMethod> published = [.. registrations.SelectMany(registration => registration.BuildMethods(services, options.NamingPolicy))];
        IReadOnlyList<RpcMethod> ofLogin = security.LoginMethods();

        foreach (RpcMethod method in published)
        {
            method.Policy = policies.For(method);
        }

        foreach (RpcMethod method in ofLogin)
        {
            method.Policy = policies.ForLogin(method);
        }

        return new MethodTable(published.Concat(ofLogin));
    }
}
