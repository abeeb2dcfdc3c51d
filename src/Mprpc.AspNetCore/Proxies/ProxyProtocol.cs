using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Mprpc.AspNetCore.Diagnostics;
using Mprpc.AspNetCore.Limits;
using Mprpc.Diagnostics;
using Mprpc.Transports.Sockets;

namespace Mprpc.AspNetCore.Proxies;

/// <summary>
/// Reads the header with which a proxy begins each connection, and gives the connection the client's addresses. Before TLS, which the client speaks behind it.
/// </summary>
internal sealed class ProxyProtocol
{
    private readonly ConnectionDelegate _next;
    private readonly TrustedProxies _trusted;
    private readonly string _endpoint;
    private readonly EndpointLimits _limits;
    private readonly TimeProvider _clock;
    private readonly HarmlessLogger _logger;
    private readonly LogSampler _sampler;

    private ProxyProtocol(IServiceProvider services, MprpcEndpointOptions endpoint, EndpointLimits limits, ConnectionDelegate next)
    {
        _next = next;
        _trusted = endpoint.TrustedProxies!;
        _endpoint = endpoint.Origin;
        _limits = limits;
        _clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _logger = new HarmlessLogger(services.GetRequiredService<ILoggerFactory>().CreateLogger("Mprpc.Server"));
        _sampler = new LogSampler(_clock, LogSampler.LinesPerSecond);
    }

    /// <summary>Puts the header before what serves a connection, where the endpoint is behind a proxy.</summary>
    /// <exception cref="InvalidOperationException">The endpoint would take the proxy for its client.</exception>
    public static void Use(IConnectionBuilder builder, MprpcEndpointOptions endpoint, EndpointLimits limits)
    {
        if (endpoint.TrustedProxies is null)
        {
            return;
        }

        if (endpoint.UsePeerCredentials)
        {
            throw new InvalidOperationException(
                $"{endpoint.Origin} has both UseProxyProtocol and UsePeerCredentials (MprpcEndpointOptions): each client would be the user whose process the "
                + "proxy is. Remove one of them.");
        }

        builder.Use(next => new ProxyProtocol(builder.ApplicationServices, endpoint, limits, next).OnConnectedAsync);
    }

    private async Task OnConnectedAsync(ConnectionContext connection)
    {
        if (!_trusted.Contains(connection.RemoteEndPoint))
        {
            Refuse(connection, "it does not come from a proxy that UseProxyProtocol (TrustedProxies) names");
        }
        else if (await TakeHeaderAsync(connection).ConfigureAwait(false))
        {
            await _next(connection).ConfigureAwait(false);
        }
    }

    private async Task<bool> TakeHeaderAsync(ConnectionContext connection)
    {
        CancellationToken stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        TimeSpan timeout = _limits.Current.PartialMessageTimeout;
        using var tooLate = new CancellationTokenSource(timeout == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : timeout, _clock);
        using CancellationTokenRegistration onStop = stopping.UnsafeRegister(static late => ((CancellationTokenSource)late!).Cancel(), tooLate);

        // Our own sockets do not know a read that is cancelled.
        using CancellationTokenRegistration onLate = tooLate.Token.UnsafeRegister(
            static connection => ((ConnectionContext)connection!).Abort(new ConnectionAbortedException("No header of the PROXY protocol came.")), connection);

        ProxyHeader? header = null;
        string? fault = null;

        try
        {
            (header, byte[] rest, fault) = await ReadAsync(connection.Transport.Input).ConfigureAwait(false);

            if (rest.Length > 0)
            {
                connection.Transport = new RestFirstTransport(connection.Transport, rest);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // It is lost, or was aborted.
        }

        if (header is null)
        {
            Refuse(connection, fault ?? (tooLate.IsCancellationRequested && !stopping.IsCancellationRequested
                ? $"its header did not come within {timeout.TotalSeconds:N1} s (Mprpc:Limits:PartialMessageTimeout)"
                : "it ended within its header"));
            return false;
        }

        Apply(connection, header);

        // Off the poller's thread: whoever serves the connection may do with this one what he likes.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return true;
    }

    /// <summary>Reads up to the header's end, or where our own sockets bring more, all of it.</summary>
    private static async ValueTask<(ProxyHeader? Header, byte[] Behind, string? Fault)> ReadAsync(PipeReader input)
    {
        bool bringsOnce = input is DirectPipeReader;     // other pipes bring again what was not consumed
        byte[] received = [];

        while (true)
        {
            ReadResult read = await input.ReadAsync().ConfigureAwait(false);
            received = bringsOnce ? [.. received, .. read.Buffer.ToArray()] : read.Buffer.Slice(0, LengthLooked(read)).ToArray();
            ProxyHeader? header = ProxyHeader.Read(received, out string? fault);

            if (header is not null)
            {
                input.AdvanceTo(bringsOnce ? read.Buffer.End : read.Buffer.GetPosition(header.Length));
                return (header, bringsOnce ? received[header.Length..] : [], null);
            }

            input.AdvanceTo(bringsOnce ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);

            if (fault is not null || read.IsCompleted || read.IsCanceled)
            {
                return (null, [], fault);
            }
        }
    }

    private static long LengthLooked(in ReadResult read) => Math.Min(read.Buffer.Length, ProxyHeader.MaxLength);

    private static void Apply(ConnectionContext connection, ProxyHeader header)
    {
        if (header.IsProxys)
        {
            return;
        }

        connection.Features.Set(Proxied.Instance);

        if (header.Source is not null)
        {
            connection.RemoteEndPoint = header.Source;
            connection.LocalEndPoint = header.Destination;
        }
    }

    private void Refuse(ConnectionContext connection, string reason)
    {
        if (_sampler.TryTake(out long leftOut))
        {
            ServerLog.NotProxied(_logger, connection.RemoteEndPoint?.ToString(), _endpoint, reason, leftOut);
        }
    }
}
