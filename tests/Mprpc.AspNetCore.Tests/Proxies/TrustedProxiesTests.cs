using System.Net;
using System.Net.Sockets;
using Mprpc.AspNetCore.Proxies;

namespace Mprpc.AspNetCore.Tests.Proxies;

public sealed class TrustedProxiesTests
{
    [Theory]
    [InlineData("10.0.0.7", "10.0.0.7", true)]
    [InlineData("10.0.0.7", "10.0.0.8", false)]
    [InlineData("10.0.0.0/8", "10.200.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.0.0.1/8", "10.200.0.1", true)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("::ffff:10.0.0.7", "10.0.0.7", true)]
    [InlineData("fd00::/8", "fd12::1", true)]
    [InlineData("fd00::/8", "fe80::1", false)]
    [InlineData("fd00::/8", "10.0.0.1", false)]
    [InlineData("::1", "127.0.0.1", false)]
    [InlineData("0.0.0.0/0", "192.0.2.1", true)]
    [InlineData("unix", "10.0.0.1", false)]
    public void Contains_AnAddress_IfItIsNamed(string trusted, string peer, bool isTrusted)
    {
        var proxies = new TrustedProxies();

        Assert.True(proxies.TryAdd(trusted));
        Assert.Equal(isTrusted, proxies.Contains(new IPEndPoint(IPAddress.Parse(peer), 1)));
    }

    [Fact]
    public void Contains_AUnixSocket_OnlyIfItIsNamed()
    {
        var named = new TrustedProxies();
        var others = new TrustedProxies();
        named.TryAdd("unix");
        others.TryAdd("0.0.0.0/0");

        Assert.True(named.Contains(new UnixDomainSocketEndPoint("/x")));
        Assert.False(others.Contains(new UnixDomainSocketEndPoint("/x")));
        Assert.False(named.Contains(null));
        Assert.False(named.Contains(new DnsEndPoint("localhost", 1)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("localhost")]
    [InlineData("10.0.0.1/33")]
    [InlineData("10.0.0.0/")]
    [InlineData("*")]
    public void TryAdd_WhatIsNoAddress_IsRefused(string? text) => Assert.False(new TrustedProxies().TryAdd(text));
}
