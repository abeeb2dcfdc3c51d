using Mprpc.Connections;

namespace Mprpc.Core.Tests.Connections;

public sealed class SlotTableTests
{
    private readonly SlotTable<object> _table = new();

    [Fact]
    public void All_WhatWasAddedAndNotRemoved_IsThereOnce()
    {
        object[] items = [.. Enumerable.Range(0, 100).Select(number => (object)number)];
        int[] places = [.. items.Select((item, index) => _table.Add(item, index))];

        for (int i = 0; i < items.Length; i += 3)
        {
            _table.Remove(places[i]);
        }

        Assert.Equal(items.Where((_, index) => index % 3 != 0), _table.All().Order());
    }

    [Fact]
    public void Add_ManyThatComeAndGoBesideSomeThatStay_TakesNoMoreThanFourTimesTheMost()
    {
        const int Staying = 40;
        HashSet<int> places = [.. Enumerable.Range(0, Staying).Select(number => _table.Add(new object(), number))];

        for (int i = 0; i < 100_000; i++)
        {
            int place = _table.Add(new object(), Staying);
            places.Add(place);
            _table.Remove(place);
        }

        Assert.True(places.Max() < 4 * Staying * 2, $"Place {places.Max()} was taken.");
        Assert.Equal(Staying, _table.All().Count());
    }

    [Fact]
    public async Task AddAndRemove_ByManyThreads_LoseAndDoubleNothing()
    {
        int count = 0;
        object[][] kept = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            List<object> mine = [];

            for (int i = 0; i < 20_000; i++)
            {
                object item = new();
                int place = _table.Add(item, Interlocked.Increment(ref count));

                if (i % 1000 == 0)
                {
                    mine.Add(item);
                    continue;
                }

                Assert.Contains(item, i % 100 == 1 ? _table.All() : [item]);
                _table.Remove(place);
                Interlocked.Decrement(ref count);
            }

            return mine.ToArray();
        })));

        object[] left = [.. _table.All()];

        Assert.Equal(80, left.Length);
        Assert.Equal(kept.SelectMany(items => items).ToHashSet(), [.. left]);
    }
}
