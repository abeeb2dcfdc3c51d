using Mprpc.Serialization;

namespace Mprpc.Core.Tests.Wire;

public sealed class MessagePackHeadTests
{
    /// <summary>The head of every code from 0xc0 to 0xdf; then its size, the bytes that follow it, and the values.</summary>
    public static TheoryData<string, int, long, long> Heads => new()
    {
        { "c0", 1, 0, 0 },
        { "c2", 1, 0, 0 },
        { "c3", 1, 0, 0 },
        { "c4 ff", 2, 255, 0 },
        { "c5 ffff", 3, 65_535, 0 },
        { "c6 ffffffff", 5, uint.MaxValue, 0 },
        { "c7 ff", 2, 1 + 255, 0 },
        { "c8 ffff", 3, 1 + 65_535, 0 },
        { "c9 ffffffff", 5, 1L + uint.MaxValue, 0 },
        { "ca", 1, 4, 0 },
        { "cb", 1, 8, 0 },
        { "cc", 1, 1, 0 },
        { "cd", 1, 2, 0 },
        { "ce", 1, 4, 0 },
        { "cf", 1, 8, 0 },
        { "d0", 1, 1, 0 },
        { "d1", 1, 2, 0 },
        { "d2", 1, 4, 0 },
        { "d3", 1, 8, 0 },
        { "d4", 1, 1 + 1, 0 },
        { "d5", 1, 1 + 2, 0 },
        { "d6", 1, 1 + 4, 0 },
        { "d7", 1, 1 + 8, 0 },
        { "d8", 1, 1 + 16, 0 },
        { "d9 ff", 2, 255, 0 },
        { "da ffff", 3, 65_535, 0 },
        { "db ffffffff", 5, uint.MaxValue, 0 },
        { "dc ffff", 3, 0, 65_535 },
        { "dd ffffffff", 5, 0, uint.MaxValue },
        { "de ffff", 3, 0, 2 * 65_535 },
        { "df ffffffff", 5, 0, 2L * uint.MaxValue },
    };

    [Theory]
    [MemberData(nameof(Heads))]
    public void Read_WholeHead_TellsItsSizeAndWhatFollows(string hex, int size, long body, long values)
    {
        byte[] head = Hex.Bytes(hex);

        int read = MessagePackHead.Read(head, out long readBody, out long readValues);

        Assert.Equal((size, body, values), (read, readBody, readValues));
    }

    [Theory]
    [MemberData(nameof(Heads))]
    public void Read_PartOfTheHead_IsNone(string hex, int size, long body, long values)
    {
        byte[] head = Hex.Bytes(hex);

        for (int present = 1; present < size; present++)
        {
            Assert.True(MessagePackHead.Read(head.AsSpan(0, present), out _, out _) == 0, $"{present} bytes of {size} before {body} bytes or {values} values");
        }
    }

    [Theory]
    [InlineData("00", 0, 1)]
    [InlineData("7f", 127, 1)]
    [InlineData("e0", -32, 1)]
    [InlineData("cc 80", 128, 2)]
    [InlineData("cd ffff", 65_535, 3)]
    [InlineData("ce ffffffff", uint.MaxValue, 5)]
    [InlineData("cf 0000000000000001", 1, 9)]
    [InlineData("cf 7fffffffffffffff", long.MaxValue, 9)]
    [InlineData("d0 80", -128, 2)]
    [InlineData("d0 ff", -1, 2)]
    [InlineData("d1 8000", short.MinValue, 3)]
    [InlineData("d2 80000000", int.MinValue, 5)]
    [InlineData("d3 8000000000000000", long.MinValue, 9)]
    [InlineData("d3 ffffffffffffffff", -1, 9)]
    public void TryReadInteger_IntegerOfAnyWidth_IsRead(string hex, long expected, int expectedSize)
    {
        bool isRead = MessagePackHead.TryReadInteger(Hex.Bytes(hex), out long integer, out int size);

        Assert.True(isRead);
        Assert.Equal((expected, expectedSize), (integer, size));
    }

    [Theory]
    [InlineData("cf 8000000000000000")]     // long.MaxValue + 1
    [InlineData("cf ffffffffffffffff")]
    [InlineData("c0")]
    [InlineData("c3")]
    [InlineData("a131")]
    [InlineData("9100")]
    [InlineData("ca 3f800000")]
    [InlineData("cb 3ff0000000000000")]
    public void TryReadInteger_WhatIsNoIntegerOrBeyondLong_IsRefused(string hex)
        => Assert.False(MessagePackHead.TryReadInteger(Hex.Bytes(hex), out _, out _));

    [Theory]
    [InlineData("a0", 1, 0)]
    [InlineData("bf", 1, 31)]
    [InlineData("c4 ff", 2, 255)]
    [InlineData("c5 0100", 3, 256)]
    [InlineData("c6 00010000", 5, 65_536)]
    [InlineData("d9 20", 2, 32)]
    [InlineData("da 0100", 3, 256)]
    [InlineData("db 00010000", 5, 65_536)]
    public void TryReadBytes_TextOrBinaryOfAnyWidth_TellsHeadAndLength(string hex, int expectedHead, int expectedLength)
    {
        bool isRead = MessagePackHead.TryReadBytes(Hex.Bytes(hex), out int head, out int length);

        Assert.True(isRead);
        Assert.Equal((expectedHead, expectedLength), (head, length));
    }

    [Theory]
    [InlineData("00")]
    [InlineData("7f")]
    [InlineData("8101")]
    [InlineData("9f")]      // the code before fixstr
    [InlineData("c0")]      // the code after it
    [InlineData("c3")]
    [InlineData("c7 01")]
    [InlineData("d8 01")]
    [InlineData("dc 0001")]
    [InlineData("ff")]
    [InlineData("c5 01")]   // a head that is not all there
    [InlineData("db 000100")]
    public void TryReadBytes_WhatIsNeitherOrNotAllThere_IsRefused(string hex)
    {
        bool isRead = MessagePackHead.TryReadBytes(Hex.Bytes(hex), out int head, out int length);

        Assert.False(isRead);
        Assert.Equal((0, 0), (head, length));
    }
}
