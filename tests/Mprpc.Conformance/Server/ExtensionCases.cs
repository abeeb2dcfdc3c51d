namespace Mprpc.Conformance.Server;

/// <summary>The X table: the extensions under <c>$/</c> (docs/protocol.md 10.5 to 10.13). HI is a client's <c>$/hello</c> with the msgid 0.</summary>
internal static class ExtensionCases
{
    private static readonly Expectation s_hello = Expect.Hello(0, version: 1);

    public static IReadOnlyList<ServerCase> All { get; } =
    [
        // $/hello
        new("X1", "HI", s_hello, "a client says what it takes"),
        new("X2", "94 00 01 HELLO 92 02 80", Expect.Hello(1, version: 1), "of two versions the lower"),
        new("X3", "94 00 02 HELLO 92 01 81 a3 \"foo\" 01", Expect.Hello(2, version: 1), "a key that is not known"),
        new("X4", "HI 94 00 01 HELLO 92 01 80", Expect.Then(s_hello, Expect.Error(1)), "said again; the first counts"),
        new("X5", "93 02 HELLO 92 01 80 94 00 01 SUM", Expect.Answer("94 01 01 c0 03"), "as a notification it says nothing"),
        new("X6", "94 00 03 HELLO 90", Expect.Error(3), "without params"),
        new("X6b", "94 00 03 HELLO 92 00 80", Expect.Error(3), "there is no version 0"),
        new("X6c", "94 00 03 HELLO 92 01 90", Expect.Error(3), "an offer is a map"),
        new("X7", "HI", s_hello, "before a login that is required") { Profile = Profile.RequiresLogin },
        new("X8", "94 00 04 a5 \"$/foo\" 90", Expect.Error(4), "an extension that nobody knows"),
        new("X8b", "HI", Expect.Error(0), "no extensions") { Profile = Profile.NoExtensions },
        new("X8c", "94 00 04 CALL 93 80 SUM 94 00 05 PING 90", Expect.Then(Expect.Error(4), Expect.Error(5)),
            "no extensions") { Profile = Profile.NoExtensions },
        new("X8d", "93 02 CALL 93 80 SUM 93 02 CANCEL 91 04", Expect.Nothing(), "no extensions") { Profile = Profile.NoExtensions },

        // $/call
        new("X9", "94 00 01 CALL 93 80 SUM", Expect.Answer("94 01 01 c0 03"), "any old client may send options"),
        new("X9b", "HI 94 00 01 CALL 93 80 SUM", Expect.Then(s_hello, Expect.Answer("94 01 01 c0 03")), "after a hello"),
        new("X10", "94 00 01 CALL 93 c0 SUM", Expect.Answer("94 01 01 c0 03"), "nil for no options"),
        new("X10b", "94 00 01 CALL 93 81 a3 \"foo\" 01 SUM", Expect.Answer("94 01 01 c0 03"), "an option that is not known"),
        new("X10c", "94 00 01 CALL 93 81 CRED 64 SUM", Expect.Answer("94 01 01 c0 03"), "credit, where nothing is streamed"),
        new("X11", "94 00 01 CALL 93 81 TIMEOUT 00 SUM", Expect.ErrorText(1, "timeout: "), "no time at all"),
        new("X12", "HI 94 00 01 CALL 93 81 TIMEOUT 32 WAIT 90", Expect.Then(s_hello, Expect.ErrorText(1, "timeout: ")), "the time is up"),
        new("X13", "94 00 01 CALL 93 81 TIMEOUT 32 STUBBORN 90 94 00 02 SUM", Expect.Then(Expect.ErrorText(1, "timeout: "), Expect.Answer("94 01 02 c0 03")),
            "told at once; its place is free when it has ended") { Profile = Profile.OnePlace },
        new("X14", "94 00 01 CALL 93 07 SUM", Expect.Error(1), "options that are no map"),
        new("X14b", "94 00 01 CALL 92 80 a3 \"sum\"", Expect.Error(1), "no params"),
        new("X14c", "94 00 01 CALL 93 81 TIMEOUT ff SUM", Expect.Error(1), "less than no time"),
        new("X15", "94 00 01 CALL 93 81 META 81 a1 \"x\" c5 2001 78*8193 SUM", Expect.ErrorText(1, "", "8,192", "8,194", "'x'"),
            "metadata beyond the limit") { IsPolicy = true },
        new("X15b", "94 00 01 CALL 93 81 META 81 a1 \"x\" c5 1fff 78*8191 SUM", Expect.Answer("94 01 01 c0 03"), "metadata of just the limit"),
        new("X16", "94 00 01 CALL 93 81 META 81 01 a1 \"a\" SUM", Expect.Error(1), "a key that is no text"),
        new("X16b", "94 00 01 CALL 93 81 META 81 a1 \"A\" a1 \"a\" SUM", Expect.Error(1), "a key with a capital"),
        new("X17", "94 00 01 CALL 93 80 PING 90", Expect.Error(1), "an extension is no method"),
        new("X17b", "94 00 01 CALL 93 80 CALL 93 80 SUM", Expect.Error(1), "a call within a call"),
        new("X18", "94 00 01 CALL 93 80 a4 \"nope\" 90 94 00 01 a4 \"nope\" 90", Expect.SameErrors(1), "an unknown method, as in a plain call"),
        new("X18b", "94 00 01 CALL 93 80 a3 \"sum\" 91 01 94 00 01 a3 \"sum\" 91 01", Expect.SameErrors(1), "wrong params, as in a plain call"),
        new("X18c", "94 00 01 CALL 93 80 SUM 94 00 01 SUM", Expect.SameErrors(1), "a stranger's, as a plain call") { Profile = Profile.RequiresLogin },
        new("X18d", "94 00 01 CALL 93 80 SUM 94 00 01 CALL 93 80 a4 \"nope\" 90", Expect.SameErrors(1),
            "a stranger learns no names") { Profile = Profile.RequiresLogin },
        new("X19", "93 02 CALL 93 80 SUM 94 00 01 SUM", Expect.Answer("94 01 01 c0 03"), "as a notification it has no answer"),

        // $/cancel
        new("X20", "HI 94 00 05 WAIT 90 93 02 CANCEL 91 05", Expect.Then(s_hello, Expect.ErrorText(5, "cancelled: ")), "no longer wanted"),
        new("X20b", "94 00 05 WAIT 90 93 02 CANCEL 91 05", Expect.ErrorText(5, "cancelled: "), "without a hello"),
        new("X20c", "94 00 05 WAIT 90 93 02 CANCELREQUEST 91 05", Expect.ErrorText(5, "cancelled: "), "as Arduino's RPClite says it"),
        new("X21", "94 00 05 WAIT 90 93 02 CANCEL 91 05 93 02 CANCEL 91 05 93 02 CANCEL 91 63", Expect.ErrorText(5, "cancelled: "),
            "twice; one that is not there"),
        new("X22", "93 02 CANCEL 91 05 94 00 05 SUM", Expect.Answer("94 01 05 c0 03"), "before its request: not kept"),
        new("X23", "93 02 CANCEL 90 93 02 CANCEL 91 c0 93 02 CANCEL 05", Expect.Nothing(), "malformed"),
        new("X24", "94 00 05 STUBBORN 90 93 02 CANCEL 91 05", Expect.Answer("94 01 05 c0 c0"), "a method that goes on is answered with its result"),
        new("X25", "94 00 05 WAIT 90 94 00 01 SUM 93 02 CANCEL 91 05", Expect.Then(Expect.ErrorText(5, "cancelled: "), Expect.Answer("94 01 01 c0 03")),
            "control overtakes requests that wait for a place") { Profile = Profile.OnePlace },
        new("X25b", "94 00 05 WAIT 90 94 00 01 SUM 93 02 CANCEL 91 01 93 02 CANCEL 91 05", Expect.Then(Expect.ErrorText(1, "cancelled: "), Expect.ErrorText(5,
            "cancelled: ")),
            "one that waits for a place never runs") { Profile = Profile.OnePlace },

        // $/ping, and what is not for a server
        new("X61", "94 00 05 WAIT 90 94 00 01 SUM 94 00 0a PING 90 93 02 CANCEL 91 05",
            Expect.Then(Expect.Answer("94 01 0a c0 c0"), Expect.ErrorText(5, "cancelled: "), Expect.Answer("94 01 01 c0 03")),
                "all places taken") { Profile = Profile.OnePlace },
        new("X61b", "94 00 05 a4 \"hold\" 90 94 00 0a PING 90", Expect.Answer("94 01 0a c0 c0", "94 01 05 c0 c0"), "a method holds its thread"),
        new("X61c", "94 00 0a PING 90", Expect.Answer("94 01 0a c0 c0"), "before a login") { Profile = Profile.RequiresLogin },
        new("X63", "93 02 GOAWAY 92 cd1388 a0", Expect.Nothing(), "a server's only"),

        .. StreamCases.All,
    ];
}
