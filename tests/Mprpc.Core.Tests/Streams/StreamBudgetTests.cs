using Mprpc.Streams;

namespace Mprpc.Core.Tests.Streams;

public sealed class StreamBudgetTests
{
    [Fact]
    public void Grant_OfOneConnection_IsBoundedByTheTotalToo()
    {
        var total = new StreamBudget(100, 100);
        var one = new StreamBudget(80, 80, total);
        var other = new StreamBudget(80, 80, total);

        Assert.True(one.TryGrant(80));
        Assert.False(one.TryGrant(1));
        Assert.False(other.TryGrant(21));
        Assert.True(other.TryGrant(20));
        one.GiveBack(80);

        Assert.True(other.TryGrant(60));
        Assert.Equal(80, total.Granted);
    }

    [Fact]
    public void Limit_Lowered_RefusesFurtherGrantsAndTakesWhatWasGranted()
    {
        var total = new StreamBudget(100, 100);
        var connection = new StreamBudget(1000, 1000, total);
        Assert.True(connection.TryGrant(90));

        total.ChangeLimit(50);

        Assert.False(connection.TryGrant(1));
        Assert.True(connection.TryHold(90));        // a peer that keeps to its credit is not to blame
        connection.GiveBack(60);
        Assert.True(connection.TryGrant(20));
        Assert.False(connection.TryGrant(1));
    }

    [Fact]
    public void Limit_Raised_IsThatOfGrantsAndOfWhatIsHeld()
    {
        var total = new StreamBudget(100, 100);
        var connection = new StreamBudget(1000, 1000, total);
        Assert.False(connection.TryGrant(101));
        Assert.False(connection.TryHold(101));

        total.ChangeLimit(200);

        Assert.True(connection.TryGrant(200));
        Assert.True(connection.TryHold(200));
        Assert.False(connection.TryHold(1));
    }
}
