namespace Mprpc.Conformance.Server;

/// <summary>The S table. One line a case where it fits; "P" (IsPolicy) marks our choice where real implementations disagree.</summary>
internal static class ServerCases
{
    public static IReadOnlyList<ServerCase> All { get; } =
    [
        // msgid: any uint32, and whatever width or sign a peer writes it with.
        new("S1", "94 00 01 SUM", Expect.Answer("94 01 01 c0 03"), "the specification's plain call"),
        new("S2", "94 00 00 SUM", Expect.Answer("94 01 00 c0 03"), "ruby, java and go start at 0"),
        new("S3", "94 00 05 SUM 94 00 05 a3 \"sum\" 92 02 02", Expect.AnyOrder("94 01 05 c0 03", "94 01 05 c0 04"), "PHP's msgid is always 0"),
        new("S4", "94 00 ce7fffffff SUM", Expect.Answer("94 01 ce7fffffff c0 03"), "the largest int32"),
        new("S5", "94 00 ce80000000 SUM", Expect.Answer("94 01 ce80000000 c0 03"), "mprpc closes, java drops"),
        new("S6", "94 00 ceffffffff SUM", Expect.Answer("94 01 ceffffffff c0 03"), "the largest uint32"),
        new("S7", "94 00 ff SUM", Expect.Answer("94 01 ff c0 03"), "mprpc's and java's msgids go negative"),
        new("S8", "94 00 cf0000000100000007 SUM", Expect.Close(), "others truncate it to 7") { IsPolicy = true },
        new("S9", "94 00 c0 SUM", Expect.Close(), "no answer could be told apart") { IsPolicy = true },
        new("S10", "94 00 cb3ff0000000000000 SUM", Expect.Close(), "a float is no msgid") { IsPolicy = true },
        new("S11", "dd00000004 cc00 d30000000000000009 SUM", Expect.Answer("94 01 09 c0 03"), "wide encodings in, the shortest out"),
        new("S12", "dc0004 00 01 SUM", Expect.Answer("94 01 01 c0 03"), "Go's codec accepts only the header 94"),

        // Messages and segments are unrelated.
        new("S13", "94 00 01 SUM", Expect.Answer("94 01 01 c0 03"), "byte by byte whatever the mode: the runner does so for this id"),
        new(
            "S14",
            "94 00 01 SUM 94 00 02 SUM 94 00 03 SUM",
            Expect.AnyOrder("94 01 01 c0 03", "94 01 02 c0 03", "94 01 03 c0 03"),
            "three in one segment: mprpc answers one"),
        new("S15", "94 00 01 SUM 94 00 02 SUM", Expect.AnyOrder("94 01 01 c0 03", "94 01 02 c0 03"), "one and a half, then the rest: lua-mpack fails"),
        new("S16", "94 00 01 a4 \"slow\" 91 cc c8 94 00 02 SUM", Expect.Answer("94 01 02 c0 03", "94 01 01 c0 cc c8"), "a slow call holds up no other"),

        // Method names.
        new("S17", "94 00 07 d9 03 \"sum\" 92 01 02", Expect.Answer("94 01 07 c0 03"), "a str8 name"),
        new("S18", "94 00 01 c4 03 \"sum\" 92 01 02", Expect.Answer("94 01 01 c0 03"), "a bin name: pynvim sends b'...'"),
        new("S46", "94 00 01 05 92 01 02", Expect.Error(1), "the method is no text") { IsPolicy = true },
        new("S47", "94 00 01 a0 92 01 02", Expect.Error(1), "an empty name"),

        // Notifications are never answered.
        new("S19", "93 02 c4 14 \"nvim_set_client_info\" 90 94 00 01 SUM", Expect.Answer("94 01 01 c0 03"), "pynvim's first bytes"),
        new("S20", "93 02 a5 \"set_x\" 91 2b 94 00 0a a5 \"get_x\" 90", Expect.Answer("94 01 0a c0 2b"), "a notification takes effect"),
        new("S21", "93 02 a6 \"nosuch\" 90 94 00 01 SUM", Expect.Answer("94 01 01 c0 03"), "an unknown one is ignored"),
        new("S22", "93 02 a4 \"fail\" 91 a4 \"boom\"", Expect.Nothing(), "one whose handler throws"),
        new("S22b", "93 02 b5 \"throw_in_notification\" 90", Expect.Nothing(), "one whose handler throws an exception of its own"),

        // Errors: true to every way of testing for one.
        new("S23", "94 00 09 a6 \"nosuch\" 91 01", Expect.Error(9), "an unknown method is an error, and no more than that"),
        new("S24", "94 00 09 a4 \"fail\" 91 a4 \"boom\"", Expect.Answer("94 01 09 a4 \"boom\" c0"), "a message meant for the caller"),
        new("S25", "94 00 09 a4 \"fail\" 91 a0", Expect.Error(9), "\"\" reads as success in four clients"),
        new(
            "S26", "94 00 09 a4 \"fail\" 91 a4 \"boom\"", Expect.Answer("94 01 09 92 00 a4 \"boom\" c0"),
            "neovim's and pynvim's pair") { Profile = Profile.NeovimErrors },
        new(
            "S27",
            "94 00 09 a6 \"nosuch\" 91 01",
            Expect.CodeAndMessage(9, ".CallError.NoMethodError"),
            "ruby's and java's clients map this code") { Profile = Profile.RubyErrors },
        new("S28", "94 00 09 a6 \"nosuch\" 91 01", Expect.Answer("94 01 09 01 c0"), "jubatus' 1: no such method") { Profile = Profile.JubatusErrors },
        new("S28b", "94 00 09 a3 \"sum\" 91 01", Expect.Answer("94 01 09 02 c0"), "jubatus' 2: wrong params") { Profile = Profile.JubatusErrors },
        new("S29", "94 00 09 a3 \"sum\" 91 01", Expect.Error(9), "too few params"),
        new("S30", "94 00 09 a3 \"sum\" 93 01 02 03", Expect.Error(9), "too many params") { IsPolicy = true },
        new("S31", "93 02 a5 \"set_x\" 91 2b 94 00 0a a5 \"get_x\" c0", Expect.Answer("94 01 0a c0 2b"), "params nil are no params") { IsPolicy = true },
        new("S32", "94 00 09 a3 \"sum\" 82 a1 \"a\" 01 a1 \"b\" 02", Expect.Error(9), "params that are a map"),

        // Values come back as they went in.
        new(
            "S33",
            "94 00 01 ECHO da0028 78*40",
            Expect.OneOf("94 01 01 c0 d928 78*40", "94 01 01 c0 da0028 78*40"),
            "40 characters: written anew or passed on untouched"),
        new(
            "S33a",
            "94 00 01 a7 \"to_text\" 91 da0028 78*40",
            Expect.Answer("94 01 01 c0 d928 78*40"),
            "the same as a text that the server writes: str8 is the shortest"),
        new("S33b", "94 00 01 ECHO da0028 78*40", Expect.Answer("94 01 01 c0 da0028 78*40"), "old peers know no str8") { Profile = Profile.OldSpec },
        new(
            "S33c", "94 00 01 a7 \"to_text\" 91 da0028 78*40", Expect.Answer("94 01 01 c0 da0028 78*40"),
            "nor where the server writes it") { Profile = Profile.OldSpec },
        new("S34", "94 00 01 ECHO c403 ff0080", Expect.Answer("94 01 01 c0 c403 ff0080"), "bytes"),
        new("S34b", "94 00 01 ECHO c403 ff0080", Expect.Answer("94 01 01 c0 a3 ff0080"), "old peers know no bin") { Profile = Profile.OldSpec },
        new("S35", "94 00 01 ECHO a3 ff0080", Expect.Answer("94 01 01 c0 a3 ff0080"), "a str that is no UTF-8 is not damaged"),
        new("S36", "94 00 01 a8 \"to_bytes\" 91 a3 ff0080", Expect.Answer("94 01 01 c0 c403 ff0080"), "the same into a parameter of bytes"),
        new("S37", "94 00 01 ECHO d40105", Expect.Answer("94 01 01 c0 d40105"), "an ext passes through"),
        new(
            "S38", "94 00 09 a4 \"fail\" 91 da0028 65*40", Expect.Answer("94 01 09 da0028 65*40 c0"),
            "a long error for an old peer") { Profile = Profile.OldSpec },
        new("S53", "94 00 01 ECHO c600100000 a7*1048576", Expect.Answer("94 01 01 c0 c600100000 a7*1048576"), "1 MiB"),

        // What is no message ends the connection, at once and without an answer.
        new("S39", "07", Expect.Close(), "no array") { IsPolicy = true },
        new("S40", "90", Expect.Close(), "an empty array") { IsPolicy = true },
        new("S41", "94 03 01 SUM", Expect.Close(), "an unknown type") { IsPolicy = true },
        new("S42", "94 ff 01 SUM", Expect.Close(), "a negative type") { IsPolicy = true },
        new("S43", "94 01 01 c0 07", Expect.Nothing(), "a response that nobody waits for") { IsPolicy = true },
        new("S44", "95 00 01 SUM c0", Expect.Close(), "a fifth element") { IsPolicy = true },
        new("S45", "93 00 01 a3 \"sum\"", Expect.Close(), "a request without params") { IsPolicy = true },
        new("S48", "c1", Expect.Close(), "a byte that MessagePack has no use for"),
        new("S49", "94 00 01 ECHO 91*200 c0", Expect.ErrorOrClose(1), "200 arrays deep: neovim aborts at 33"),
        new("S50", "94 00 01 ECHO c67fffffff", Expect.Close(), "2 GiB announced: refused before it is buffered"),

        // Half-closed is not gone.
        new("S51", "94 00 01 SUM", Expect.AnswerThenFin("94 01 01 c0 03"), "asks and sends FIN") { Fin = true },
        new("S52", "94 00 01 a4 \"slow\" 91 64", Expect.AnswerThenFin("94 01 01 c0 64"), "the same with a slow call") { Fin = true, IsPolicy = true },
    ];
}
