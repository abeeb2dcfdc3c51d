using MessagePack;
using Mprpc.CompilerServices;
using Mprpc.SourceGenerator.Tests.Contracts;
using Mprpc.SourceGenerator.Tests.Support;

using Mprpc.Wire;

namespace Mprpc.SourceGenerator.Tests;

/// <summary>What cannot be read makes the reader fail, says where, and throws nothing.</summary>
public sealed class ValueFailureTests
{
    [Fact]
    public void Member_OfTheWrongType_IsNamed()
        => Assert.Equal(
            "Shapes, with int at .Numbers[1]", WireBytes.Refusal<Shapes>(WireBytes.Map(("Text", "t"), ("Numbers", new object[] { 1, "x" }), ("Int", 1))));

    [Fact]
    public void Member_InAnArrayOfTheWrongType_IsNamedByItsPlace()
        => Assert.Equal("Item, with int at [4][1][2]", WireBytes.Refusal<Item>(WireBytes.ByReflection<object>(
            new object?[] { "n", 1, 2, null, new object[] { Array.Empty<int>(), new object?[] { null, 1, "x" } } })));

    [Fact]
    public void Value_OfTheWrongType_IsCalledByItsOwnType()
    {
        Assert.Equal("Item", WireBytes.Refusal<Item>([0x01]));
        Assert.Equal("Shapes", WireBytes.Refusal<Shapes>([0x91, 0x01]));
        Assert.Equal("Point", WireBytes.Refusal<Point>([0xC0]));
        Assert.Equal("Dictionary<string, int>", WireBytes.Refusal<Dictionary<string, int>>([0x91, 0x01]));
        Assert.Equal("int[]", WireBytes.Refusal<int[]>([0xA1, 0x61]));
    }

    [Fact]
    public void Number_OutOfRange_IsRefused()
        => Assert.Equal("Shapes, with byte at .Byte", WireBytes.Refusal<Shapes>(WireBytes.Map(("Byte", 256))));

    [Fact]
    public void Text_ThatIsNoUtf8_IsRefused()
        => Assert.StartsWith("Item, with string (valid UTF-8", WireBytes.Refusal<Item>([0x91, 0xA2, 0xC3, 0x28]));

    [Fact]
    public void Key_ThatIsNoText_IsRefused() => Assert.Equal("Plain, with a member's name at .key 0", WireBytes.Refusal<Plain>([0x81, 0x01, 0x01]));

    [Fact]
    public void Key_Twice_IsRefusedAsTheSerializerRefusesIt()
    {
        byte[] twice = WireBytes.Map(("a", 1), ("a", 2));

        Assert.Throws<MessagePackSerializationException>(() => MessagePackSerializer.Deserialize<Dictionary<string, int>>(twice));
        Assert.Contains("same key twice", WireBytes.Refusal<Dictionary<string, int>>(twice), StringComparison.Ordinal);
    }

    [Fact]
    public void Member_OfTheSerializer_IsNamedToo()
        => Assert.Equal("Shapes, with Guid at .Id", WireBytes.Refusal<Shapes>(WireBytes.Map(("Id", 5))));

    [Fact]
    public void Setter_ThatThrows_IsKept()
    {
        MprpcReader reader = new(WireBytes.Map(("Number", -1)), 0, 1, MprpcSerializerOptions.Default, loop: null);

        reader.Read<Picky>();

        Assert.Equal("Picky", reader.Expected);
        Assert.IsType<ArgumentOutOfRangeException>(reader.Exception);
    }

    [Fact]
    public void Depth_BeyondTheStack_IsRefused()
    {
        byte[] deep = [.. Enumerable.Repeat(new byte[] { 0x95, 0xC0, 0x00, 0x00, 0xC0, 0x91 }, 100_000).SelectMany(head => head), 0xC0];

        Assert.Contains("nests less deeply", WireBytes.Refusal<Item>(deep), StringComparison.Ordinal);
    }

    /// <summary>Whatever a byte is changed to, nothing is thrown and nothing is read beyond the message.</summary>
    [Fact]
    public void Value_WithAnyByteChanged_IsReadOrRefused()
    {
        byte[] good = WireBytes.Write(new Item { Name = "name", Count = 300, Parts = [new Item { Name = "p" }, new Item()] });

        for (int i = 0; i < good.Length; i++)
        {
            for (int b = 0; b < 256; b++)
            {
                byte[] bad = [.. good];
                bad[i] = (byte)b;
                var scanner = new FrameScanner(1000, 64);

                if (scanner.Scan(bad, out int length) != FrameStatus.Complete)
                {
                    continue;
                }

                MprpcReader reader = new(bad.AsMemory(0, length), 0, 1, MprpcSerializerOptions.Default, loop: null);
                Item? item = reader.Read<Item>();
                Assert.True(
                    reader.Failed ? item is null && reader.Exception is null : reader.End(), $"byte {i} as {b:X2}: {reader.Expected} {reader.Exception}");
            }
        }
    }
}
