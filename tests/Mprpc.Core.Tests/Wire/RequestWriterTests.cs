using Mprpc.CompilerServices;
using Mprpc.Serialization;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Wire;

public sealed class RequestWriterTests
{
    [Theory]
    [InlineData(0, "940000")]
    [InlineData(127, "94007f")]
    [InlineData(128, "9400cc80")]
    [InlineData(65535, "9400cdffff")]
    [InlineData(65536, "9400ce00010000")]
    [InlineData(int.MaxValue, "9400ce7fffffff")]
    public void PrependRequestHead_AnyMessageId_StandsRightBeforeTheMethod(int messageId, string head)
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default, RequestWriter.HeadRoom);

        RequestWriter.WriteMethodAndArguments(writer, "sum", [1, 2]);
        RequestWriter.PrependRequestHead(writer, messageId);

        Assert.Equal(head + Hex.Sum, Hex.Of(writer.WrittenSpan));
    }

    [Fact]
    public void PrependNotificationHead_Always_IsAFixarrayOfThree()
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default, RequestWriter.HeadRoom);

        RequestWriter.WriteMethodAndArguments(writer, "sum", [1, 2]);
        RequestWriter.PrependNotificationHead(writer);

        Assert.Equal("9302" + Hex.Sum, Hex.Of(writer.WrittenSpan));
    }

    [Fact]
    public void DropFront_AfterAHead_LetsAnotherBePrepended()
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default, RequestWriter.HeadRoom);

        RequestWriter.WriteMethodAndArguments(writer, "sum", [1, 2]);
        RequestWriter.PrependRequestHead(writer, int.MaxValue);
        writer.DropFront();
        RequestWriter.PrependRequestHead(writer, 5);

        Assert.Equal("940005" + Hex.Sum, Hex.Of(writer.WrittenSpan));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(RequestWriter.FrontRoom)]
    [InlineData(100_000)]
    public void MakeFront_MoreThanIsReserved_KeepsWhatIsWritten(int more)
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default, RequestWriter.FrontRoom, SendLimit.OfMessage(100, "Options"));
        RequestWriter.WriteMethodAndArguments(writer, "sum", [1, 2]);

        writer.MakeFront(RequestWriter.FrontRoom + more);
        writer.Prepend(more).Clear();

        Assert.Equal(string.Concat(Enumerable.Repeat("00", more)) + Hex.Sum, Hex.Of(writer.WrittenSpan));
        writer.DropFront();
        RequestWriter.PrependRequestHead(writer, 5);
        Assert.Equal("940005" + Hex.Sum, Hex.Of(writer.WrittenSpan));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8_000)]
    public void PrependCall_AfterDropFront_WritesTheSameAgain(int metadataBytes)
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default, RequestWriter.FrontRoom);
        var metadata = new MprpcMetadata { ["k"] = new string('v', metadataBytes) };
        RequestWriter.WriteMethodAndArguments(writer, "sum", [1, 2]);

        ControlWriter.PrependCall(writer, TimeSpan.FromMilliseconds(1), metadata);
        string first = Hex.Of(writer.WrittenSpan);
        writer.DropFront();
        ControlWriter.PrependCall(writer, TimeSpan.FromMilliseconds(1), metadata);

        Assert.StartsWith("a6242f63616c6c" + "93" + "82" + "a774696d656f7574" + "01" + "a46d657461" + "81" + "a16b", first, StringComparison.Ordinal);
        Assert.EndsWith(Hex.Sum, first, StringComparison.Ordinal);
        Assert.Equal(first, Hex.Of(writer.WrittenSpan));
    }

    [Fact]
    public void WriteMethodAndArguments_OldSpec_WritesMethodAndArgumentAsRaw16()
    {
        // C25
        string name = new('x', 40);
        string raw = "da0028" + string.Concat(Enumerable.Repeat("78", 40));
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default.WithOldSpec(), RequestWriter.HeadRoom);

        RequestWriter.WriteMethodAndArguments(writer, name, [name]);
        RequestWriter.PrependRequestHead(writer, 1);

        Assert.Equal($"940001{raw}91{raw}", Hex.Of(writer.WrittenSpan));
    }

    [Fact]
    public void WriteMethodAndArguments_CancellationTokenAmongTheArguments_SaysWhereItBelongs()
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default, RequestWriter.HeadRoom);

        var exception = Assert.Throws<ArgumentException>(() => RequestWriter.WriteMethodAndArguments(writer, "sum", [1, CancellationToken.None]));

        Assert.Contains("before the arguments", exception.Message, StringComparison.Ordinal);
    }
}
