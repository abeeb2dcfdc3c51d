using Mprpc.CompilerServices;
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
        writer.DropFront(RequestWriter.HeadRoom);
        RequestWriter.PrependRequestHead(writer, 5);

        Assert.Equal("940005" + Hex.Sum, Hex.Of(writer.WrittenSpan));
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
