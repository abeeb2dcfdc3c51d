using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Mprpc.AspNetCore.Clients;
using Mprpc.AspNetCore.Diagnostics;
using Mprpc.AspNetCore.Endpoints;
using Mprpc.AspNetCore.Limits;
using Mprpc.AspNetCore.Model;
using Mprpc.AspNetCore.Policies;
using Mprpc.AspNetCore.Security;
using Mprpc.Binding;
using Mprpc.Connections;
using Mprpc.Streams;
using Mprpc.Diagnostics;
using Mprpc.Dispatch;

namespace Mprpc.AspNetCore.Connections;

/// <summary>
/// Where Kestrel's connections come in: serves each until it ends. One an endpoint; made at start-up, so that a service that cannot be served fails the start.
/// </summary>
internal sealed class RpcConnectionHandler
{
    private readonly IServiceProvider _services;
    private readonly EndpointSecurity _security;
    private readonly RunningCallsTotal _runningCalls;
    private readonly StreamBudget _streamBudget;
    private readonly LimitHits _limitHits;
    private readonly MprpcSerializerOptions _serializer;
    private readonly Dispatcher _dispatcher;
    private readonly MprpcResponseOrder _responseOrder;
    private readonly TimeSpan _goAwayGrace;
    private readonly MprpcNamingPolicy _namingPolicy;
    private readonly TimeProvider _clock;
    private readonly ConnectionRegistry _registry;
    private readonly ServerMeter _meter;
    private readonly string _endpoint;
    private readonly ServedClients _clients;
    private readonly ILogger _logger;

    /// <param name="services">The application's.</param>
    /// <param name="endpoint">What is served.</param>
    /// <param name="limits">The endpoint's.</param>
    /// <param name="dialect">How its peers are spoken to, where that is not what the endpoint's options say; null: it is.</param>
    /// <exception cref="InvalidOperationException">There is no service, or one that cannot be served.</exception>
    public RpcConnectionHandler(IServiceProvider services, MprpcEndpointOptions endpoint, EndpointLimits limits, EndpointDialect? dialect = null)
    {
        dialect ??= EndpointDialect.Of(endpoint, services.GetService<IHostEnvironment>()?.IsDevelopment() == true);
        MprpcServerOptions options = services.GetRequiredService<IOptions<MprpcServerOptions>>().Value;
        _services = services;
        _security = new EndpointSecurity(services, endpoint, options, limits);
        _registry = services.GetRequiredService<ConnectionRegistry>();
        _clients = new ServedClients(services, endpoint);
        _namingPolicy = options.NamingPolicy;
        _meter = services.GetRequiredService<ServerMeter>();
        _endpoint = endpoint.Section?.Key ?? endpoint.Origin;
        _registry.AddEndpoint(_endpoint);
        _clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _runningCalls = services.GetRequiredService<RunningCallsTotal>();
        _streamBudget = services.GetRequiredService<StreamBudget>();
        _limitHits = services.GetRequiredService<LimitHits>();
        _serializer = dialect.OldSpec ? options.Serializer.WithOldSpec() : options.Serializer;
        var policies = new MethodPolicies(services, options, endpoint, _security);
        _dispatcher = new Dispatcher(
            BuildTable(services, endpoint, dialect, options, policies, _security),
            _serializer,
            dialect.ErrorShape,
            options.EnableDetailedErrors,
            dialect.Extensions)
        {
            Exceptions = options.Exceptions,
            Unknown = policies.ForUnknown(),
            Credentials = endpoint.AllowCallCredentials ? new BearerCredentials(_security) : null,
            Traces = new TracePolicy(TraceContextOf(endpoint), endpoint.RequireAuthentication),
            Telemetry = new CallTelemetry(_meter.CallDuration, MprpcTelemetry.ServerSource, ActivityKind.Server, _meter.Codes, _clock)
            {
                Log = new HarmlessLogger(services.GetRequiredService<ILoggerFactory>().CreateLogger("Mprpc.Calls")),
            },
        };
        _responseOrder = dialect.ResponseOrder;
        _goAwayGrace = options.GoAwayGrace;
        _logger = new HarmlessLogger(services.GetRequiredService<ILoggerFactory>().CreateLogger("Mprpc.Connection"));
    }

    /// <summary>Serves a connection of a listener until it ends.</summary>
    public Task OnConnectedAsync(ConnectionContext transport)
    {
        Task serving = ServeAsync(
            transport.ConnectionId,
            transport.Transport,
            () => transport.Abort(new ConnectionAbortedException("The MessagePack-RPC connection was aborted.")),
            transport.LocalEndPoint,
            transport.RemoteEndPoint,
            transport.Features,
            transport.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default,
            transport.ConnectionClosed);

        // A state machine of its own only if there is something to do afterwards: it would be kept for each idle connection.
        return transport.Features.Get<ISslStreamFeature>() is { } tls ? EndTlsAsync(serving, transport, tls) : serving;
    }

    /// <summary>Serves a connection until it ends, with the limits of this moment.</summary>
    /// <returns>Why it ended; null where either side closed it in good order.</returns>
    public async Task<Exception?> ServeAsync(
        string id,
        IDuplexPipe transport,
        Action abort,
        EndPoint? local,
        EndPoint? remote,
        IFeatureCollection features,
        CancellationToken stopping,
        CancellationToken closed = default)
    {
        if (RefusesTransport(id, local, remote, features))
        {
            abort();
            return null;
        }

        using var session = new ConnectionSession(_security);
        ServedClient client = _clients.Begin();
        ConnectionLimits limits = _security.Limits;
        var connection = new RpcConnection(new RpcConnectionSettings
        {
            Id = id,
            Transport = transport,
            AbortTransport = abort,
            Limits = _security.InitialLimits(limits),
            OfferedLimits = limits,       // those of after the login: a client says hello once, before it
            RunningCallsTotal = _runningCalls,
            StreamBudget = _streamBudget,
            LimitHits = _limitHits,
            StreamMeter = _meter.StreamItems,
            Origin = _endpoint,
            IsTransportReset = features.Get<IConnectionSocketFeature>() is { } socket ? () => IsReset(socket.Socket) : null,
            TransportClosed = closed,
            Draining = _registry.Draining,
            GoAwayGrace = _goAwayGrace,
            Logger = _logger,
            Handler = _dispatcher,
            Serializer = _serializer,
            NamingPolicy = _namingPolicy,
            OnHello = client.OnHello,
            ResponseOrder = _responseOrder,
            Services = _services,
            Session = session,
            Clock = _clock,
            LocalEndPoint = local,
            RemoteEndPoint = remote,
            Features = features,
            CredentialRemedy = ProtectedTransport.Is(local, remote, features) ? null : $"Let the client connect over {ProtectedTransport.Allowed}.",
        });

        // The host stops: without this, Kestrel would wait for the connection as long as the whole shutdown may take.
        using CancellationTokenRegistration registration = stopping.UnsafeRegister(static connection => ((RpcConnection)connection!).Stop(), connection);
        _registry.Add(connection);
        long start = _clock.GetTimestamp();
        Exception? reason = null;

        try
        {
            await _security.StartAsync(session, connection).ConfigureAwait(false);
            client.Enter(connection);
            reason = await connection.RunAsync().ConfigureAwait(false);
            return client.Leave(reason);
        }
        finally
        {
            client.Leave(reason: null);
            _registry.Remove(connection);
            _meter.OnConnectionEnded(connection, _clock.GetElapsedTime(start), reason);
        }
    }

    /// <inheritdoc cref="EndpointSecurity.RefusesTransport"/>
    public bool RefusesTransport(string id, EndPoint? local, EndPoint? remote, IFeatureCollection features)
        => _security.RefusesTransport(id, local, remote, features);

    private async Task EndTlsAsync(Task serving, ConnectionContext transport, ISslStreamFeature tls)
    {
        await serving.ConfigureAwait(false);
        await TlsEnd.SendAsync(transport, tls.SslStream, _clock).ConfigureAwait(false);
    }

    /// <summary>Whether a socket that nobody reads has been reset; a peer that has merely ended its side has not.</summary>
    private static bool IsReset(Socket socket)
    {
        try
        {
            // The first alone is true of urgent data too, which resets nothing.
            return socket.Poll(0, SelectMode.SelectError) && socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error) is not 0;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    private static MethodTable BuildTable(
        IServiceProvider services,
        MprpcEndpointOptions endpoint,
        EndpointDialect dialect,
        MprpcServerOptions options,
        MethodPolicies policies,
        EndpointSecurity security)
    {
        List<ServiceRegistration> registrations = endpoint.Services.Count > 0 ? endpoint.Services : [.. services.GetServices<ServiceRegistration>()];

        if (registrations.Count == 0)
        {
            throw new InvalidOperationException(
                $"{endpoint.Origin} has no service to serve. "
                + "Name some for all such endpoints with builder.Services.AddMprpc().AddService<T>(), or for this one "
                + (endpoint.Section is { } section
                    ? $"with app.MapMprpcService<T>(\"{section.Key}\")."
                    : "where it is made: options => options.MapService<T>()."));
        }

        CheckMappedOnce(registrations, endpoint);
        List<RpcMethod> published = [.. registrations.SelectMany(registration => registration.BuildMethods(services, options.NamingPolicy))];
        SentTypes.Check(published, options.Serializer);
        IReadOnlyList<RpcMethod> ofLogin = security.LoginMethods();

        foreach (RpcMethod method in published)
        {
            method.Policy = policies.For(method);
        }

        foreach (RpcMethod method in ofLogin)
        {
            method.Policy = policies.ForLogin(method);
        }

        List<RpcMethod> ofProtocol = [.. ofLogin];

        if (dialect is { Inspect: not MprpcInspect.Off, Extensions: true })
        {
            RpcMethod method = InspectMethod.Build(security, published, options.Serializer);
            method.Policy = policies.ForInspect(method, dialect.Inspect);
            ofProtocol.Add(method);
        }

        return new MethodTable(published.Concat(ofProtocol));
    }

    private static MprpcTraceContext TraceContextOf(MprpcEndpointOptions endpoint)
        => Enum.IsDefined(endpoint.TraceContext) ? endpoint.TraceContext : throw new InvalidOperationException(
            $"{endpoint.Origin} has TraceContext (MprpcEndpointOptions.TraceContext) set to {endpoint.TraceContext}; "
            + $"allowed are {string.Join(", ", Enum.GetNames<MprpcTraceContext>())}.");

    /// <summary>One class twice at an address would fail too, but with its methods' names, which tell nobody why.</summary>
    private static void CheckMappedOnce(List<ServiceRegistration> registrations, MprpcEndpointOptions endpoint)
    {
        ServiceRegistration[]? twice = registrations.Where(registration => registration is not DelegateRegistration)
            .GroupBy(registration => (registration.ServiceType, registration.Prefix))
            .FirstOrDefault(same => same.Count() > 1)?.ToArray();

        if (twice is not null)
        {
            throw new InvalidOperationException(
                $"{twice[0].ServiceType.Name} is mapped twice at one address, "
                + $"as {twice[0].MappedTo ?? endpoint.Origin} and as {twice[1].MappedTo ?? endpoint.Origin}. "
                + "Remove one, or give one another prefix: app.MapMprpcService<T>(...).WithPrefix(\"name\").");
        }
    }
}
