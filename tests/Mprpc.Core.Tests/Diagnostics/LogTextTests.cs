using System.Text;
using Mprpc.Diagnostics;

namespace Mprpc.Core.Tests.Diagnostics;

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

    [Fact]
    public void Clean_OfAnExceptionThatQuotesAPeer_IsCutAndCleaned()
    {
        string quoted = "\u001b[2J\r\n" + new string('x', 1_000_000);
        var exception = new InvalidOperationException(
            quoted, new FormatException(quoted, new FormatException(quoted, new FormatException(quoted, new FormatException(quoted)))));

        string clean = LogText.Clean(exception);

        Assert.StartsWith("InvalidOperationException: ?[2J??xxx", clean, StringComparison.Ordinal);
        Assert.DoesNotContain(clean, c => char.IsControl(c));
        Assert.InRange(clean.Length, 1000, 3000);
    }

    [Fact]
    public void RemoteException_OfAHostilePeer_HasAMessageFitForALogAndTheTextAsItCame()
    {
        string hostile = "\u001b[2J\r\nerror: all is well" + new string('x', 1_000_000);

        var exception = new MprpcRemoteException("sum", hostile, code: null, errorData: null);

        Assert.Equal(hostile, exception.RawMessage);
        Assert.DoesNotContain(exception.ToString(), c => char.IsControl(c));
        Assert.InRange(exception.ToString().Length, 100, 1000);
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
