using Mprpc.Streams;
using Mprpc.Wire;

namespace Mprpc.Core.Tests.Streams;

public sealed class StreamAllowanceTests
{
    [Theory]
    [InlineData("00", 0, long.MaxValue)]
    [InlineData("64", 100, long.MaxValue)]
    [InlineData("c0", long.MaxValue, long.MaxValue)]
    [InlineData("92c008", long.MaxValue, 8)]
    [InlineData("920208", 2, 8)]
    [InlineData("cfffffffffffffffff", int.MaxValue, long.MaxValue)]
    [InlineData("cf7fffffffffffffff", int.MaxValue, long.MaxValue)]
    [InlineData("92cf7fffffffffffffffcf7fffffffffffffff", int.MaxValue, int.MaxValue)]
    [InlineData("d200000005", 5, long.MaxValue)]
    public void TryRead_OfWhatFits_IsReadAndSaturates(string value, long items, long bytes)
    {
        Assert.True(StreamAllowance.TryRead(Hex.Bytes(value), out StreamAllowance allowance));
        Assert.Equal((items, bytes), (allowance.Items, allowance.Bytes));
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("a178")]
    [InlineData("cb3ff0000000000000")]
    [InlineData("80")]
    [InlineData("90")]
    [InlineData("9101")]
    [InlineData("93010101")]
    [InlineData("9201c0")]
    [InlineData("9201ff")]
    [InlineData("d3ffffffffffffffff")]
    public void TryRead_OfAnythingElse_IsFalse(string value) => Assert.False(StreamAllowance.TryRead(Hex.Bytes(value), out _));

    [Fact]
    public void Add_OverAndOver_SaturatesAndNeverOverflows()
    {
        var allowance = new StreamAllowance(1, -5);
        var more = new StreamAllowance(int.MaxValue, int.MaxValue);

        for (int i = 0; i < 100; i++)
        {
            allowance.Add(more);
        }

        Assert.Equal((int.MaxValue, int.MaxValue), (allowance.Items, allowance.Bytes));
        allowance.Use(1, 2);
        Assert.Equal((int.MaxValue - 1, int.MaxValue - 2), (allowance.Items, allowance.Bytes));
    }

    [Fact]
    public void Add_NoLimit_StaysWithoutOne()
    {
        var allowance = new StreamAllowance(StreamAllowance.NoLimit, 3);
        allowance.Use(1_000_000, 10);

        Assert.Equal((StreamAllowance.NoLimit, -7), (allowance.Items, allowance.Bytes));
        Assert.False(allowance.IsOpen);
        allowance.Add(new StreamAllowance(0, StreamAllowance.NoLimit));
        Assert.True(allowance.IsOpen);
    }

    [Theory]
    [InlineData(2, 100, "0102", 2, true)]
    [InlineData(1, 100, "0102", 2, false)]
    [InlineData(5, 2, "0102", 2, true)]
    [InlineData(5, 1, "0102", 2, false)]
    [InlineData(5, 1, "c403010203", 1, true)]
    [InlineData(5, 1, "01c403010203", 2, false)]
    [InlineData(5, 2, "01c403010203", 2, true)]
    [InlineData(5, 0, "01", 1, false)]
    [InlineData(0, 5, "01", 1, false)]
    public void Covers_OnlyTheLastItemMayOverdraw(long items, long bytes, string sent, int count, bool isCovered)
        => Assert.Equal(isCovered, new StreamAllowance(items, bytes).Covers(Hex.Bytes(sent), count));

    [Fact]
    public void MoveTo_GivesWhatWasGrantedOnce()
    {
        var credit = new StreamCredit(new StreamAllowance(2, 10));
        var allowance = default(StreamAllowance);
        credit.MoveTo(ref allowance);
        credit.MoveTo(ref allowance);
        Assert.Equal((2, 10), (allowance.Items, allowance.Bytes));

        credit.Grant(new StreamAllowance(int.MaxValue, int.MaxValue));
        credit.Grant(new StreamAllowance(int.MaxValue, int.MaxValue));
        credit.MoveTo(ref allowance);
        Assert.Equal((int.MaxValue, int.MaxValue), (allowance.Items, allowance.Bytes));
    }

    [Fact]
    public void WhenClosed_BeforeAndAfter_CallsBackOnce()
    {
        int calls = 0;
        var before = new StreamCredit(default);
        before.WhenClosed(() => calls++);
        before.Close();
        before.Close();
        Assert.Equal(1, calls);

        var after = new StreamCredit(default);
        after.Close();
        after.WhenClosed(() => calls++);
        Assert.Equal(2, calls);
    }
}
