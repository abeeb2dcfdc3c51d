using CsCheck;
using Mprpc.Connections;

namespace Mprpc.Core.Tests.Connections;

public sealed class PartialMessageTests
{
    [Fact]
    public void Append_AndConsume_InAnyOrder_KeepsTheBytesInTheirOrder()
        => Gen.Select(Gen.Byte.Array[1, 5000], Gen.Int[0, 10_000], Gen.Int[0, 100]).Array[1, 30].Sample(steps =>
        {
            var partial = default(PartialMessage);
            List<byte> expected = [];

            foreach ((byte[] bytes, int more, int percent) in steps)
            {
                partial.Append(bytes, expected.Count + bytes.Length + more);
                expected.AddRange(bytes);
                Assert.Equal(expected, partial.Memory.ToArray());

                int consumed = expected.Count * percent / 100;
                partial.Consume(consumed);
                expected.RemoveRange(0, consumed);
                Assert.Equal(expected, partial.Memory.ToArray());
                Assert.Equal(expected.Count == 0, partial.IsEmpty);
            }

            partial.Clear();
            Assert.True(partial.IsEmpty);
        }, iter: 300);

    [Fact]
    public void Append_HugeDeclaredLength_BuffersOnlyTwiceWhatIsThere()
    {
        var partial = default(PartialMessage);
        long before = GC.GetAllocatedBytesForCurrentThread();

        partial.Append(new byte[1000], expected: int.MaxValue);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
        partial.Clear();
    }
}
