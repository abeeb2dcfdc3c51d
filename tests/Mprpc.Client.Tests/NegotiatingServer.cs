using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MessagePack;

namespace Mprpc.Client.Tests;

/// <summary>A server over TLS or WebSockets that knows these names of the protocol, and serves as the test says. It has no code in common with ours.</summary>
internal sealed class NegotiatingServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;
    private readonly Func<string[], string?> _choose;
    private readonly Func<string, string?> _answer;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Task _accepting;
    private readonly List<string> _messages = [];
    private readonly List<string> _offers = [];
    private int _connections;

    private NegotiatingServer(X509Certificate2? certificate, Func<string[], string?> choose, Func<string, string?> answer)
    {
        _certificate = certificate;
        _choose = choose;
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Url => _certificate is null ? $"ws://127.0.0.1:{Port}/rpc" : $"tls://localhost:{Port}";

    /// <summary>How many connections have been accepted.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>What has come, in hexadecimal.</summary>
    public string[] Messages => Copy(_messages);

    /// <summary>What each WebSocket offered.</summary>
    public string[] Offers => Copy(_offers);

    /// <param name="names">What it knows, the preferred first; empty: it knows nothing of ALPN.</param>
    /// <param name="answer">Error and result in hexadecimal; null: it closes the connection.</param>
    public static NegotiatingServer OverTls(string[] names, Func<string, string?> answer)
        => new(TlsTests.SelfSigned("localhost"), offered => Array.Find(names, offered.Contains), answer) { Names = names };

    /// <param name="choose">What it says to what it was offered: null: nothing; empty: it refuses the request.</param>
    /// <param name="answer">Error and result in hexadecimal; null: it closes the connection.</param>
    public static NegotiatingServer OverWebSocket(Func<string[], string?> choose, Func<string, string?> answer) => new(null, choose, answer);

    private string[] Names { get; init; } = [];

    public MprpcClient CreateClient(MprpcExtensions mode, Action<MprpcClientOptions>? configure = null)
    {
        var options = new MprpcClientOptions
        {
            Extensions = mode,
            Reconnect = new() { InitialDelay = TimeSpan.Zero },
            Tls = _certificate is null ? null : new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { _certificate },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        configure?.Invoke(options);
        return new MprpcClient(Url, options);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _accepting.WaitAsync(ScriptedServer.Deadline);
        _listener.Dispose();    // last: asked to accept after that, it throws that it does not listen
        _certificate?.Dispose();
        _stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> serving = [];

        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync(_stopped.Token);
                Interlocked.Increment(ref _connections);
                serving.Add(ServeAsync(socket));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // Stopped.
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            await using Stream? open = _certificate is null ? await OpenWebSocketAsync(stream) : await OpenTlsAsync(stream);

            if (open is not null)
            {
                await AnswerAsync(open);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or AuthenticationException or WebSocketException)
        {
            // The client has gone, or this server does.
        }
    }

    private async Task<Stream?> OpenTlsAsync(NetworkStream stream)
    {
        var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate,
                ApplicationProtocols = Names.Length == 0 ? null : [.. Names.Select(name => new SslApplicationProtocol(name))],
            },
            _stopped.Token);
        return tls;
    }

    private async Task<Stream?> OpenWebSocketAsync(NetworkStream stream)
    {
        string request = "";
        byte[] one = new byte[1];

        while (!request.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, _stopped.Token);
            request += (char)one[0];
        }

        string[] offered = Header(request, "Sec-WebSocket-Protocol").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Add(_offers, string.Join(", ", offered));
        string? chosen = _choose(offered);

        if (chosen?.Length == 0)
        {
            await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _stopped.Token);
            return null;
        }

#pragma warning disable CA5350 // RFC 6455 says so
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(Header(request, "Sec-WebSocket-Key")
            + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        string protocol = chosen is null ? "" : $"Sec-WebSocket-Protocol: {chosen}\r\n";
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n{protocol}\r\n")),
            _stopped.Token);
        var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        return WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: true);
    }

    private async Task AnswerAsync(Stream stream)
    {
        using var reader = new MessagePackStreamReader(stream, leaveOpen: true);

        while (await reader.ReadAsync(_stopped.Token) is { } message)
        {
            string received = Hex.Of(message.ToArray());
            Add(_messages, received);

            if (_answer(received) is not { } answer)
            {
                return;
            }

            await stream.WriteAsync(Hex.Bytes(Hex.Answer(received, answer)), _stopped.Token);
            await stream.FlushAsync(_stopped.Token);
        }
    }

    private static string Header(string request, string name)
        => request.Split("\r\n").FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim() ?? "";

    private static void Add(List<string> list, string text)
    {
        lock (list)
        {
            list.Add(text);
        }
    }

    private static string[] Copy(List<string> list)
    {
        lock (list)
        {
            return [.. list];
        }
    }
}
