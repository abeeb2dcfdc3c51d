using Mprpc.CompilerServices;
using Mprpc.Wire;
using static Mprpc.Core.Tests.Connections.ControlBytes;

namespace Mprpc.Core.Tests.Wire;

public sealed class PeerOfferTests
{
    [Fact]
    public void Read_OfAWholeOffer_IsWhatWasWritten()
    {
        var offer = new PeerOffer { Size = 4_194_304, Calls = 1000, Metadata = 8192, GoAway = true, Ping = true, ErrorsAsMap = true };
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default);
        offer.Write(writer);
        byte[] bytes = writer.WrittenSpan.ToArray();
        MprpcWriter.Return(writer);

        string? problem = PeerOffer.Read(bytes, 0, out PeerOffer read);

        Assert.Null(problem);
        Assert.Equal(offer, read);
    }

    [Theory]
    [InlineData("00", 0)]
    [InlineData("ff", 0)]
    [InlineData("01", 1)]
    [InlineData("cf7fffffffffffffff", long.MaxValue)]
    [InlineData("cf8000000000000000", long.MaxValue)]
    [InlineData("cb41d0000000000000", 0)]
    [InlineData("a131", 0)]
    [InlineData("c0", 0)]
    public void Read_OfANumber_IsTakenInEachWidthAndOfOtherKindsAbsent(string value, long expected)
    {
        byte[] bytes = Hex.Bytes($"920183{Text("size")}{value}{Text("calls")}{value}{Text("meta")}{value}");

        PeerOffer.Read(bytes, 0, out PeerOffer offer);

        Assert.Equal((expected, expected, expected), (offer.Size, offer.Calls, offer.Metadata));
    }

    [Theory]
    [InlineData("01", 1)]
    [InlineData("02", 1)]
    [InlineData("cfffffffffffffffff", 1)]
    public void Read_OfAVersion_IsTheLowerOne(string version, int expected)
    {
        string? problem = PeerOffer.Read(Hex.Bytes($"92{version}80"), 0, out PeerOffer offer);

        Assert.Equal((null, expected), (problem, offer.Version));
    }

    [Theory]
    [InlineData("c3", true)]
    [InlineData("c2", false)]
    [InlineData("01", false)]
    [InlineData("a474727565", false)]
    public void Read_OfAFlag_IsTrueAlone(string value, bool expected)
    {
        PeerOffer.Read(Hex.Bytes($"920182{Text("ping")}{value}{Text("goaway")}{value}"), 0, out PeerOffer offer);

        Assert.Equal((expected, expected), (offer.Ping, offer.GoAway));
    }
}
