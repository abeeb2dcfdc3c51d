using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Mprpc.AspNetCore.Connections;
using Mprpc.AspNetCore.Security;

namespace Mprpc.AspNetCore.Explorer.Calls;

/// <summary>The server's end of a connection in memory, as Kestrel hands a connection to its handler: that of the user of an HTTP request.</summary>
internal sealed class ServerEnd : DefaultConnectionContext
{
    private static long s_lastId;

    private readonly Pipe _toServer = new();
    private readonly Pipe _toPage = new();
    private readonly CancellationTokenSource _closed = new();     // not disposed: it has no timer, and who aborts late must not fail

    public ServerEnd(HttpContext context, RequestUser user)
        : base($"explorer-{Interlocked.Increment(ref s_lastId)}")
    {
        Transport = new Duplex(_toServer.Reader, _toPage.Writer);
        ForPage = new Duplex(_toPage.Reader, _toServer.Writer);
        LocalEndPoint = EndPointOf(context.Connection.LocalIpAddress, context.Connection.LocalPort);
        RemoteEndPoint = EndPointOf(context.Connection.RemoteIpAddress, context.Connection.RemotePort);
        ConnectionClosed = _closed.Token;
        Features.Set(PageMark.Instance);
        Features.Set(KnownProtected.Instance);
        Features.Set<IConnectionUserFeature>(user);
        Features.Set<IHttpRequestFeature>(CopyOf(context.Request));

        // Who is asked of a connection without TLS would have to make one.
        if (context.Request.IsHttps && context.Features.Get<ITlsConnectionFeature>() is { } tls)
        {
            Features.Set(tls);
        }
    }

    /// <summary>The page's end.</summary>
    public IDuplexPipe ForPage { get; }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        Reset(new ConnectionResetException(abortReason.Message, abortReason));
        _ = _closed.CancelAsync();      // on another thread: what runs on cancellation is not ours
    }

    /// <summary>Ends both directions at once: what was on its way is lost.</summary>
    public void Reset(Exception reason)
    {
        _toServer.Writer.Complete(reason);
        _toPage.Writer.Complete(reason);
    }

    public override async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>What schemes and policies may ask of the request. A copy: the server uses its own again for others, while a call may still run.</summary>
    private static HttpRequestFeature CopyOf(HttpRequest request)
    {
        var headers = new HeaderDictionary();

        foreach ((string name, Microsoft.Extensions.Primitives.StringValues values) in request.Headers)
        {
            headers[name] = values;
        }

        return new HttpRequestFeature
        {
            Protocol = request.Protocol,
            Scheme = request.Scheme,
            Method = request.Method,
            PathBase = request.PathBase,
            Path = request.Path,
            QueryString = request.QueryString.Value ?? "",
            Headers = headers,
        };
    }

    private static IPEndPoint? EndPointOf(IPAddress? address, int port) => address is null ? null : new IPEndPoint(address, port);

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
