using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Mprpc.AspNetCore.Tests.Listeners;

namespace Mprpc.AspNetCore.Tests.Tls;

/// <summary>Connections over TLS end with the alert close_notify, by which a peer tells the end of what was sent from a connection that was cut.</summary>
public sealed class TlsEndTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Theory]
    [InlineData(SslProtocols.Tls12, "stop", "tls")]
    [InlineData(SslProtocols.Tls13, "stop", "tls")]
    [InlineData(SslProtocols.Tls12, "half-close", "tls")]
    [InlineData(SslProtocols.Tls13, "half-close", "tls")]
    [InlineData(SslProtocols.Tls12, "idle", "tls")]
    [InlineData(SslProtocols.Tls13, "violation", "tls")]
    [InlineData(SslProtocols.Tls12, "stop", "application")]
    [InlineData(SslProtocols.Tls13, "half-close", "application with UseHttps")]
    public async Task Connection_EndedByTheServer_EndsWithCloseNotify(SslProtocols protocol, string how, string kind)
    {
        await using RpcHost host = await StartAsync(kind, how);
        EndPoint address = kind == "tls" ? host.Rpc : new IPEndPoint(IPAddress.Loopback, new Uri(host.App.Urls.Single()).Port);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address).InTime();
        await using var records = new RecordCounter(new NetworkStream(socket));
        await using var stream = new SslStream(records);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            CertificateChainPolicy = _certificates.ChainPolicy(),
            EnabledSslProtocols = protocol,
        }).InTime();
        byte[] answer = new byte[5];
        await stream.WriteAsync(Hex.Bytes("94 00 01 SUM")).InTime();
        await stream.ReadExactlyAsync(answer).InTime();
        long before = records.Received;
        Task? ending = how switch
        {
            "stop" => host.App.StopAsync(),
            "half-close" => stream.ShutdownAsync(),
            "violation" => stream.WriteAsync(Hex.Bytes("c1")).AsTask(),
            _ => null,
        };

        int rest = await stream.ReadAsync(answer).InTime();
        bool isFin = await socket.ReceiveAsync(answer).InTime() == 0;
        await (ending ?? Task.CompletedTask).InTime();

        Assert.Equal(0, rest);
        Assert.True(isFin);
        Assert.InRange(records.Received - before, 5 + 2, 5 + 64);       // a record's head and an alert of two bytes, encrypted
    }

    private Task<RpcHost> StartAsync(string kind, string how)
        => RpcHost.StartAsync(
            builder =>
            {
                builder.Services.AddMprpc(options => options.Limits.IdleTimeout = how == "idle" ? TimeSpan.FromMilliseconds(100) : null).AddService<Adder>();

                if (kind != "tls")
                {
                    builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener =>
                    {
                        if (kind == "application with UseHttps")
                        {
                            listener.UseHttps(_certificates.Server()).UseMessagePackRpc();
                        }
                        else
                        {
                            listener.UseMessagePackRpc(options => options.UseTls(_certificates.Server()));
                        }
                    }));
                }
            },
            app =>
            {
                if (kind == "tls")
                {
                    app.MapMprpcService<Adder>("tls://127.0.0.1:0").WithEndpoint(options => options.UseTls(_certificates.Server()));
                }
            });

    /// <summary>Counts what comes in, encrypted as it is.</summary>
    private sealed class RecordCounter(NetworkStream inner) : Stream
    {
        public long Received { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int count = await inner.ReadAsync(buffer, cancellationToken);
            Received += count;
            return count;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
            => inner.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
