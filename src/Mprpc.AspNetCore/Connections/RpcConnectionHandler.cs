using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Hosting;
using Mprpc.AspNetCore.Model;
using Mprpc.AspNetCore.Policies;
using Mprpc.Connections;
using Mprpc.Diagnostics;
using Mprpc.Dispatch;

namespace Mprpc.AspNetCore.Connections;

/// <summary>Where Kestrel's connections come in: serves each until it ends. One an endpoint; made at start-up, so that a service that cannot be served fails the start.</summary>
internal sealed class RpcConnectionHandler
{
    private readonly IServiceProvider _services;
    private readonly EndpointLimits _limits;
    private readonly RunningCallsTotal _runningCalls;
    private readonly LimitHits _limitHits;
    private readonly MprpcSerializerOptions _serializer;
    private readonly Dispatcher _dispatcher;
    private readonly MprpcResponseOrder _responseOrder;
    private readonly TimeProvider _clock;
    private readonly ConnectionRegistry _registry;
    private readonly ILogger _logger;

    /// <exception cref="InvalidOperationException">There is no service, or one that cannot be served.</exception>
    public RpcConnectionHandler(IServiceProvider services, MprpcEndpointOptions endpoint, EndpointLimits limits)
    {
        MprpcServerOptions options = services.GetRequiredService<IOptions<MprpcServerOptions>>().Value;
        _services = services;
        _limits = limits;
        _registry = services.GetRequiredService<ConnectionRegistry>();
        _runningCalls = services.GetRequiredService<RunningCallsTotal>();
        _limitHits = services.GetRequiredService<LimitHits>();
        _serializer = endpoint.OldSpec ? options.Serializer.WithOldSpec() : options.Serializer;
        var policies = new MethodPolicies(services, options, endpoint);
        _dispatcher = new Dispatcher(BuildTable(services, endpoint, options, policies), _serializer, endpoint.ErrorShape, options.EnableDetailedErrors)
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
        RpcConnection connection = Create(
            transport.ConnectionId,
            transport.Transport,
            () => transport.Abort(new ConnectionAbortedException("The MessagePack-RPC connection was aborted.")),
            transport.LocalEndPoint,
            transport.RemoteEndPoint,
            transport.Features);

        // The host stops: without this, Kestrel would wait for the connection as long as the whole shutdown may take.
        CancellationToken stopping = transport.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using CancellationTokenRegistration registration = stopping.UnsafeRegister(static connection => ((RpcConnection)connection!).Stop(), connection);

        await RunAsync(connection).ConfigureAwait(false);
    }

    /// <summary>Serves a connection until it ends; the application sees it meanwhile.</summary>
    /// <returns>Why it ended; null where it ended in good order.</returns>
    public async Task<Exception?> RunAsync(RpcConnection connection)
    {
        _registry.Add(connection);

        try
        {
            return await connection.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            _registry.Remove(connection);
        }
    }

    /// <summary>Makes a connection of this endpoint, with the limits of this moment.</summary>
    public RpcConnection Create(
        string id, IDuplexPipe transport, Action abort, EndPoint? local, EndPoint? remote, IFeatureCollection features, ClaimsPrincipal? user = null)
        => new(new RpcConnectionSettings
        {
            Id = id,
            Transport = transport,
            AbortTransport = abort,
            Limits = _limits.Current,
            RunningCallsTotal = _runningCalls,
            LimitHits = _limitHits,
            IsTransportReset = features.Get<IConnectionSocketFeature>() is { } socket ? () => IsReset(socket.Socket) : null,
            Logger = _logger,
            Dispatcher = _dispatcher,
            Serializer = _serializer,
            ResponseOrder = _responseOrder,
            Services = _services,
            Clock = _clock,
            User = user,
            LocalEndPoint = local,
            RemoteEndPoint = remote,
            Features = features,
        });

    /// <summary>Whether a socket that nobody reads has been reset; a peer that has merely ended its side has not.</summary>
    private static bool IsReset(Socket socket)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectError);
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    private static MethodTable BuildTable(IServiceProvider services, MprpcEndpointOptions endpoint, MprpcServerOptions options, MethodPolicies policies)
    {
        List<ServiceRegistration> registrations = endpoint.Services.Count > 0 ? endpoint.Services : [.. services.GetServices<ServiceRegistration>()];

        if (registrations.Count == 0)
        {
            throw new InvalidOperationException(
                $"{endpoint.Origin} has no service to serve. Name some for all such endpoints with builder.Services.AddMprpc().AddService<T>(), or for this one "
                + (endpoint.Section is { } section
                    ? $"with app.MapMprpcService<T>(\"{section.Key}\")."
                    : "where it is made: options => options.AddService<T>()."));
        }

        var methods = new MethodTable(registrations.SelectMany(registration => registration.BuildMethods(services, options.NamingPolicy)));

        foreach (RpcMethod method in methods.Methods)
        {
            method.Policy = policies.For(method);
        }

        return methods;
    }
}
