using Mprpc.Wire;

namespace Mprpc.Core.Tests.Wire;

public sealed class ForeignBytesTests
{
    [Theory]
    [InlineData("48545450 2f312e31", "48 54 54 50 (HTTP)")]
    [InlineData("47455420 2f", "47 45 54 20 (HTTP)")]
    [InlineData("504f5354", "50 4f 53 54 (HTTP)")]
    [InlineData("50524920 2a", "50 52 49 20 (HTTP/2)")]
    [InlineData("00001204 00 00000000 0003", "00 00 12 04 (HTTP/2)")]
    [InlineData("5353482d 322e30", "53 53 48 2d (SSH)")]
    [InlineData("160301 0200", "16 03 01 02 (a TLS handshake)")]
    [InlineData("150303 0002", "15 03 03 00 (a TLS alert)")]
    [InlineData("00000000", "00 00 00 00.")]
    [InlineData("474554", "47 45 54.")]
    [InlineData("07", "07.")]
    [InlineData("9001020304050607", "90 01 02 03.")]
    public void Refuse_WhateverCame_ShowsItsFirstBytesAndNamesTheProtocol(string received, string told)
    {
        MprpcProtocolException exception = ForeignBytes.Refuse(Hex.Bytes(received));

        Assert.Contains($"the peer sent {told}", exception.Message, StringComparison.Ordinal);
    }
}
