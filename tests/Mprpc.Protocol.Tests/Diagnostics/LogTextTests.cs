using System.Text;
using Mprpc.Diagnostics;

namespace Mprpc.Protocol.Tests.Diagnostics;

public sealed class LogTextTests
{
    [Theory]
    [InlineData("sum", "sum")]
    [InlineData("", "")]
    [InlineData("ändern", "ändern")]
    [InlineData("a\r\nb", "a??b")]
    [InlineData("a\u001b[31mb", "a?[31mb")]
    [InlineData("a\0b\u007fc\u0085d\u009bm", "a?b?c?d?m")]
    [InlineData("a\u2028b\u2029c", "a?b?c")]             // line separators: a new line in many viewers
    [InlineData("a\u202eb\u2066c\u200bd", "a?b?c?d")]    // turn the reading direction, or cannot be seen
    [InlineData("a😀b", "a??b")]
    public void Clean_CharactersThatForgeLinesOrDriveTerminals_AreReplaced(string text, string expected)
    {
        string clean = LogText.Clean(Encoding.UTF8.GetBytes(text));

        Assert.Equal(expected, clean);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("ä")]
    [InlineData("€")]
    public void Clean_LongText_IsCutTo64Characters(string character)
    {
        string fits = string.Concat(Enumerable.Repeat(character, 64));
        string tooLong = string.Concat(Enumerable.Repeat(character, 65));
        string huge = string.Concat(Enumerable.Repeat(character, 100_000));

        Assert.Equal(fits, LogText.Clean(Encoding.UTF8.GetBytes(fits)));
        Assert.Equal(fits + "...", LogText.Clean(Encoding.UTF8.GetBytes(tooLong)));
        Assert.Equal(fits + "...", LogText.Clean(Encoding.UTF8.GetBytes(huge)));
    }

    [Fact]
    public void Clean_InvalidUtf8_IsText()
    {
        string clean = LogText.Clean([0x61, 0xff, 0x00, 0x80]);

        Assert.Equal("a\ufffd?\ufffd", clean);
    }

    [Fact]
    public void Clean_OneMebibyteName_AllocatesLittle()
    {
        byte[] name = new byte[1024 * 1024];
        LogText.Clean(name);
        long before = GC.GetAllocatedBytesForCurrentThread();

        LogText.Clean(name);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
    }
}
