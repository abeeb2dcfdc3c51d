using Mprpc.CompilerServices;
using Mprpc.SourceGenerator.Tests.Contracts;
using Mprpc.SourceGenerator.Tests.Support;

namespace Mprpc.SourceGenerator.Tests;

public sealed class ValueAllocationTests
{
    private const int Times = 1000;

    private static readonly Item Value = new() { Name = "name", Count = 300, Parts = [new Item { Name = "p" }, new Item()] };

    [Fact]
    public void Write_OfAnObject_AllocatesNothing()
    {
        MprpcWriter writer = MprpcWriter.Rent(MprpcSerializerOptions.Default);

        long allocated = Measure(() =>
        {
            writer.Clear();
            writer.Write(Value);
        });

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Read_OfAnObject_AllocatesTheObjectsOnly()
    {
        byte[] bytes = WireBytes.Write(Value);
        long objects = Measure(
            () => GC.KeepAlive(new Item { Name = new string('x', 4), Parts = new List<Item>(2) { new() { Name = new string('x', 1) }, new() } }));

        long allocated = Measure(() =>
        {
            var reader = new MprpcReader(bytes, 0, 1, MprpcSerializerOptions.Default, loop: null);
            GC.KeepAlive(reader.Read<Item>());
        });

        Assert.Equal(objects, allocated);
    }

    private static long Measure(Action action)
    {
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < Times; i++)
        {
            action();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Times;
    }
}
