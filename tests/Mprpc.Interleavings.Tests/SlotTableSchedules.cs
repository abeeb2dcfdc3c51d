using Mprpc.Connections;
using Mprpc.Interleavings.Tests.Models;
using Mprpc.Interleavings.Tests.Stepping;

namespace Mprpc.Interleavings.Tests;

public sealed class SlotTableSchedules
{
    [Fact]
    public void Add_OfTwoToTheLastFreeSlot_LosesNone()
        => Explore.Random(() =>
        {
            var table = new SlotTable<object>();
            object[] items = [.. Enumerable.Range(0, 17).Select(_ => new object())];

            foreach (object item in items.Take(15))
            {
                table.Add(item, count: 1);
            }

            return new Scenario(
                () => Assert.Equal(items.ToHashSet(), [.. table.All()]),
                () => table.Add(items[15], count: 1),
                () => table.Add(items[16], count: 1));
        });

    [Fact]
    public void Remove_WhileAnotherIsAddedAndTheTableGrows_RemovesItsOwn()
        => Explore.Random(() =>
        {
            var table = new SlotTable<object>();
            object[] items = [new(), new(), new()];
            int place = table.Add(items[0], count: 1);

            return new Scenario(
                () => Assert.Equal([items[1], items[2]], table.All().ToHashSet()),
                () => table.Remove(place),
                () => table.Add(items[1], count: 8),
                () => table.Add(items[2], count: 2));
        });

    [Fact]
    public void Hold_WhileTheObjectEndsAndServesAnother_SeesOneUseWhole()
        => Explore.Each(() =>
        {
            var item = new PooledItem();
            item.Begin(owner: 1);
            var seen = new List<(int, int)>();

            return new Scenario(
                () => Assert.All(seen, pair => Assert.Equal(pair.Item1, pair.Item2)),
                () =>
                {
                    item.End();
                    item.Begin(owner: 2);
                    item.End();
                },
                () =>
                {
                    if (item.TryHold())
                    {
                        seen.Add(item.ReadTwice());
                        item.LetGo();
                    }
                });
        });
}
