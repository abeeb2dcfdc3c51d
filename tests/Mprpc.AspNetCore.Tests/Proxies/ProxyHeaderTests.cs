using Mprpc.AspNetCore.Proxies;

namespace Mprpc.AspNetCore.Tests.Proxies;

/// <summary>The header of the PROXY protocol, version 2, byte by byte.</summary>
public sealed class ProxyHeaderTests
{
    private const string Signature = "0d0a0d0a000d0a515549540a";
    private const string Tcp4 = Signature + "21 11 000c 0a000001 0a000002 3039 1770";
    private const string Tcp6 = Signature + "21 21 0024 20010db8000000000000000000000001 20010db8000000000000000000000002 3039 1770";

    [Theory]
    [InlineData(Tcp4, 28, "10.0.0.1:12345", "10.0.0.2:6000")]
    [InlineData(Tcp6, 52, "[2001:db8::1]:12345", "[2001:db8::2]:6000")]
    [InlineData(Signature + "21 11 000f 0a000001 0a000002 3039 1770 040000", 31, "10.0.0.1:12345", "10.0.0.2:6000")]     // a TLV behind
    public void Header_OfAClient_HasItsAddresses(string hex, int length, string source, string destination)
    {
        ProxyHeader? header = ProxyHeader.Read(Hex.Bytes(hex + "94000193"), out string? fault);

        Assert.Null(fault);
        Assert.Equal((length, false, source, destination), (header!.Length, header.IsProxys, $"{header.Source}", $"{header.Destination}"));
    }

    [Theory]
    [InlineData(Signature + "20 00 0000", 16, true)]
    [InlineData(Signature + "20 11 000c 0a000001 0a000002 3039 1770", 28, true)]
    [InlineData(Signature + "20 ff 0002 ffff", 18, true)]
    [InlineData(Signature + "21 00 0000", 16, false)]
    [InlineData(Signature + "21 00 0003 040000", 19, false)]
    public void Header_WithoutAClientsAddress_HasNone(string hex, int length, bool isProxys)
    {
        ProxyHeader? header = ProxyHeader.Read(Hex.Bytes(hex), out string? fault);

        Assert.Null(fault);
        Assert.Equal(new ProxyHeader(length, isProxys, Source: null, Destination: null), header);
    }

    [Theory]
    [InlineData(Tcp4)]
    [InlineData(Tcp6)]
    [InlineData(Signature + "20 00 0000")]
    [InlineData(Signature + "21 11 0ff0 0a000001 0a000002 3039 1770")]
    public void Header_ThatIsNotAllThere_IsWaitedFor(string hex)
    {
        byte[] bytes = Hex.Bytes(hex);
        int end = hex.Contains("0ff0", StringComparison.Ordinal) ? bytes.Length + 1 : bytes.Length;

        for (int length = 0; length < end; length++)
        {
            Assert.Null(ProxyHeader.Read(bytes.AsSpan(0, Math.Min(length, bytes.Length)), out string? fault));
            Assert.Null(fault);
        }
    }

    [Theory]
    [InlineData("94", "does not begin with a header")]
    [InlineData("0d0a0d0a000d0a515549540b", "does not begin with a header")]
    [InlineData("16030100", "does not begin with a header")]
    [InlineData("50524f585920", "version 1")]
    [InlineData("50524f58592054435034", "version 1")]
    [InlineData(Signature + "11", "version and command 0x11")]
    [InlineData(Signature + "22", "version and command 0x22")]
    [InlineData(Signature + "31", "version and command 0x31")]
    [InlineData(Signature + "21 11 0ff1", "4,097 bytes; 4,096 are allowed")]
    [InlineData(Signature + "20 00 ffff", "65,551 bytes; 4,096 are allowed")]
    [InlineData(Signature + "21 11 000b 0a000001 0a000002 3039 17", "11 bytes of addresses")]
    [InlineData(Signature + "21 11 0000", "0 bytes of addresses")]
    [InlineData(Signature + "21 21 000c 0a000001 0a000002 3039 1770", "12 bytes of addresses")]
    [InlineData(Signature + "21 12 000c 0a000001 0a000002 3039 1770", "0x12")]
    [InlineData(Signature + "21 31 000c 0a000001 0a000002 3039 1770", "0x31")]
    [InlineData(Signature + "21 1f 000c 0a000001 0a000002 3039 1770", "0x1f")]
    public void Header_ThatIsWrong_IsRefusedAsSoonAsThatIsSeen(string hex, string part)
    {
        Assert.Null(ProxyHeader.Read(Hex.Bytes(hex), out string? fault));
        Assert.Contains(part, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Header_OfAnyBytes_IsReadWithinItself()
    {
        var random = new Random(7);

        for (int i = 0; i < 200_000; i++)
        {
            byte[] bytes = Hex.Bytes(i % 2 == 0 ? Tcp4 : Tcp6);
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));

            if (ProxyHeader.Read(bytes.AsSpan(0, random.Next(bytes.Length + 1)), out string? fault) is { } header)
            {
                Assert.InRange(header.Length, 16, bytes.Length);
                Assert.Null(fault);
            }
        }
    }
}
