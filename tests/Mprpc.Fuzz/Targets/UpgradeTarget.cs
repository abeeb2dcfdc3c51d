using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Mprpc.AspNetCore;
using Mprpc.AspNetCore.WebSockets;

namespace Mprpc.Fuzz.Targets;

/// <summary>
/// The request that opens a WebSocket: the input is its Host, its Origin and the sub-protocols, a line each. None but a page of the same origin, and what is no
/// page, gets one.
/// </summary>
internal sealed class UpgradeTarget : FuzzTarget
{
    private readonly IServiceProvider _services;
    private readonly WebSocketEndpoint _endpoint;

    public UpgradeTarget()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddMprpc();
        builder.Services.AddOptions<WebSocketOptions>();
        _services = builder.Build().Services;
        var options = new MprpcEndpointOptions();
        options.MapService<GuardedService>();
        _endpoint = new WebSocketEndpoint(options);
        _endpoint.Start(_services);
    }

    protected override void Execute(ReadOnlySpan<byte> input)
    {
        string[] lines = Encoding.Latin1.GetString(input).Split('\n', 3);
        var socket = new Handshake();
        var context = new DefaultHttpContext { RequestServices = _services };
        context.Features.Set<IHttpWebSocketFeature>(socket);
        context.Request.Scheme = Uri.UriSchemeHttps;
        context.Request.Headers.Host = lines[0];
        context.Request.Headers.Origin = lines.Length > 1 ? lines[1] : default;
        context.Request.Headers.SecWebSocketProtocol = lines.Length > 2 ? lines[2] : default;
        Exception? end = null;

        try
        {
            _endpoint.OnRequestAsync(context).GetAwaiter().GetResult();
        }
        catch (NotImplementedException)
        {
            // As far as the target goes: the WebSocket would be opened.
        }
        catch (Exception exception)
        {
            end = exception;
        }

        Require(end is null, $"It throws {end}");
        string origin = context.Request.Headers.Origin.ToString();
        bool isSame = origin.Length == 0
            || (origin.StartsWith("https://", StringComparison.OrdinalIgnoreCase) && Canonical(origin["https://".Length..]) == Canonical(lines[0]));
        Require(!socket.IsOpened || isSame, $"'{origin}' has opened a WebSocket of '{lines[0]}'.");
        Require(socket.IsOpened || context.Response.StatusCode == StatusCodes.Status403Forbidden, $"Refused with status {context.Response.StatusCode}.");
    }

    protected override long MostAllocated(ReadOnlySpan<byte> input) => (4L * FixedBytes) + (64L * input.Length);

    /// <summary>Host and port in one way of writing; done apart from what is tested.</summary>
    private static string Canonical(string authority)
    {
        string trimmed = authority.TrimEnd('/').ToUpperInvariant();
        return Uri.TryCreate($"https://{trimmed}", UriKind.Absolute, out Uri? uri) ? $"{uri.IdnHost.ToUpperInvariant()}:{uri.Port}" : trimmed;
    }

    private sealed class Handshake : IHttpWebSocketFeature
    {
        public bool IsOpened { get; private set; }

        public bool IsWebSocketRequest => true;

        public Task<WebSocket> AcceptAsync(WebSocketAcceptContext context)
        {
            IsOpened = true;
            throw new NotImplementedException();
        }
    }
}
