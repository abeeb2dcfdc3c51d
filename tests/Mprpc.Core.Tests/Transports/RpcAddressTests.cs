using System.Net;
using System.Net.Sockets;
using Mprpc.Transports;

namespace Mprpc.Core.Tests.Transports;

public sealed class RpcAddressTests
{
    [Theory]
    [InlineData("tcp://127.0.0.1:6000", "127.0.0.1", 6000, "tcp://127.0.0.1:6000")]
    [InlineData("tcp://127.0.0.1:0", "127.0.0.1", 0, "tcp://127.0.0.1:0")]
    [InlineData("tcp://127.0.0.1:65535", "127.0.0.1", 65535, "tcp://127.0.0.1:65535")]
    [InlineData("tcp://localhost:6000/", "localhost", 6000, "tcp://localhost:6000")]
    [InlineData("TCP://Example.org:80", "Example.org", 80, "tcp://Example.org:80")]
    [InlineData("tcp://[::1]:6000", "::1", 6000, "tcp://[::1]:6000")]
    [InlineData("tcp://[::]:6000", "::", 6000, "tcp://[::]:6000")]
    [InlineData("tcp://0.0.0.0:6000", "0.0.0.0", 6000, "tcp://0.0.0.0:6000")]
    [InlineData("tcp://*:6000", "*", 6000, "tcp://*:6000")]
    public void Parse_Tcp_TellsHostAndPort(string url, string host, int port, string text)
    {
        RpcAddress address = RpcAddress.Parse(url);

        Assert.Equal(host, address.Host);
        Assert.Equal(port, address.Port);
        Assert.Null(address.Path);
        Assert.Equal(text, address.ToString());
    }

    [Fact]
    public void Parse_Tls_IsTcpWithTls()
    {
        RpcAddress address = RpcAddress.Parse("tls://example.org:6443");

        Assert.True(address.IsTls);
        Assert.Equal(("example.org", 6443), (address.Host, address.Port));
        Assert.Equal("tls://example.org:6443", address.ToString());
        Assert.False(RpcAddress.Parse("tcp://example.org:6443").IsTls);
    }

    [Theory]
    [InlineData("unix:///run/x.sock", "/run/x.sock")]
    [InlineData("UNIX:///run/x.sock", "/run/x.sock")]
    [InlineData("unix:///tmp/with space:and/colon", "/tmp/with space:and/colon")]
    public void Parse_Unix_TellsThePath(string url, string path)
    {
        RpcAddress address = RpcAddress.Parse(url);

        Assert.Equal(path, address.Path);
        Assert.Null(address.Host);
        Assert.Equal("unix://" + path, address.ToString());
    }

    [Theory]
    [InlineData("ws://127.0.0.1:5000/rpc", "127.0.0.1", 5000, false, "ws://127.0.0.1:5000/rpc")]
    [InlineData("ws://example.org", "example.org", 80, false, "ws://example.org/")]
    [InlineData("WSS://example.org/rpc", "example.org", 443, true, "wss://example.org/rpc")]
    [InlineData("ws://[::1]:5000/rpc", "::1", 5000, false, "ws://[::1]:5000/rpc")]
    [InlineData("wss://anna:secret@example.org/rpc?token=secret", "example.org", 443, true, "wss://example.org/rpc")]
    public void Parse_WebSocket_TellsItsParts_AndNoSecretInItsText(string url, string host, int port, bool isTls, string text)
    {
        RpcAddress address = RpcAddress.Parse(url);

        Assert.Equal((host, port, isTls), (address.Host, address.Port, address.IsTls));
        Assert.Equal(new Uri(url), address.WebSocket);
        Assert.Equal(text, address.ToString());
    }

    [Fact]
    public void ToLocalEndPoint_OfAWebSocket_SaysWhatToUse()
        => Assert.Contains(
            "app.MapMprpcWebSocket(\"/rpc\")",
            Assert.Throws<ArgumentException>(() => RpcAddress.Parse("ws://127.0.0.1:5000/rpc").ToLocalEndPoint()).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("tcp://127.0.0.1", "has no port")]
    [InlineData("tcp://[::1]", "has no port")]
    [InlineData("tcp://", "has no port")]
    [InlineData("tcp://:6000", "has no host")]
    [InlineData("tcp://host:", "has a port that is not a number from 0 to 65535")]
    [InlineData("tcp://host:65536", "has a port that is not a number from 0 to 65535")]
    [InlineData("tcp://host:-1", "has a port that is not a number from 0 to 65535")]
    [InlineData("tcp://host:+1", "has a port that is not a number from 0 to 65535")]
    [InlineData("tcp://host:six", "has a port that is not a number from 0 to 65535")]
    [InlineData("tcp://host: 80", "has a port that is not a number from 0 to 65535")]
    [InlineData("tcp://host:6000/path", "has a port that is not a number from 0 to 65535")]
    [InlineData("tcp://ho st:6000", "has no valid host")]
    [InlineData("tcp://[::1:6000", "has no valid host")]
    [InlineData("tcp://user@host:6000", "has no valid host")]
    [InlineData("http://127.0.0.1:6000", "has another scheme than tcp, tls, unix, pipe, ws or wss")]
    [InlineData("127.0.0.1:6000", "has another scheme than tcp, tls, unix, pipe, ws or wss")]
    [InlineData(" tcp://127.0.0.1:6000", "has another scheme than tcp, tls, unix, pipe, ws or wss")]
    [InlineData("unix://run/x.sock", "has no absolute path")]
    [InlineData("unix://", "has no absolute path")]
    [InlineData("ws://", "is not a valid WebSocket URL")]
    [InlineData("ws://host:six/rpc", "is not a valid WebSocket URL")]
    [InlineData("ws://host/rpc#part", "is not a valid WebSocket URL")]
    public void Parse_NoAddress_SaysWhatIsWrongAndWhatIsAllowed(string url, string problem)
    {
        var exception = Assert.Throws<ArgumentException>(() => RpcAddress.Parse(url));

        Assert.StartsWith($"'{url}' {problem}. Allowed are tcp://host:port", exception.Message, StringComparison.Ordinal);
        Assert.Equal("url", exception.ParamName);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void Parse_Nothing_IsRefused(string? url)
    {
        Assert.ThrowsAny<ArgumentException>(() => RpcAddress.Parse(url!));
    }

    [Fact]
    public void ToRemoteEndPoint_EachKind_IsWhatASocketConnectsTo()
    {
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 6000), RpcAddress.Parse("tcp://127.0.0.1:6000").ToRemoteEndPoint());
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Loopback, 6000), RpcAddress.Parse("tcp://[::1]:6000").ToRemoteEndPoint());
        Assert.Equal(new DnsEndPoint("localhost", 6000), RpcAddress.Parse("tcp://localhost:6000").ToRemoteEndPoint());
        Assert.Equal(new UnixDomainSocketEndPoint("/run/x.sock"), RpcAddress.Parse("unix:///run/x.sock").ToRemoteEndPoint());
    }

    [Fact]
    public void ToLocalEndPoint_EachKind_IsWhatASocketListensOn()
    {
        Assert.Equal(new IPEndPoint(IPAddress.Any, 6000), RpcAddress.Parse("tcp://0.0.0.0:6000").ToLocalEndPoint());
        Assert.Equal(new IPEndPoint(IPAddress.IPv6Any, 6000), RpcAddress.Parse("tcp://*:6000").ToLocalEndPoint());
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 6000), RpcAddress.Parse("tcp://LOCALHOST:6000").ToLocalEndPoint());
        Assert.Equal(new UnixDomainSocketEndPoint("/run/x.sock"), RpcAddress.Parse("unix:///run/x.sock").ToLocalEndPoint());
    }

    [Fact]
    public void ToLocalEndPoint_NameOfAnotherMachine_SaysWhatToUse()
    {
        var exception = Assert.Throws<ArgumentException>(() => RpcAddress.Parse("tcp://example.org:6000").ToLocalEndPoint());

        Assert.Contains("tcp://example.org:6000", exception.Message, StringComparison.Ordinal);
        Assert.Contains("0.0.0.0", exception.Message, StringComparison.Ordinal);
    }
}
