namespace Mprpc.Conformance.Server;

/// <summary>The X table from X27 on: streams as results and params (docs/protocol.md 10.13).</summary>
internal static class StreamCases
{
    private const string Many = "dc0040 01*64";     // as many items as the credit with which a param stream begins

    private static readonly Expectation s_hello = Expect.Hello(0, version: 1);

    public static IReadOnlyList<ServerCase> All { get; } =
    [
        // Results: the plain form, batches, credit
        new("X27", "94 00 07 COUNT 91 03", Expect.Answer("94 01 07 c0 93 00 01 02"), "a peer without extensions gets a list"),
        new("X27b", "HI 94 00 07 COUNT 91 03", After(Expect.Answer("94 01 07 c0 93 00 01 02")), "so does one that gives no credit"),
        new("X27c", "94 00 07 COUNT 91 00", Expect.Answer("94 01 07 c0 90"), "of nothing"),
        new("X28", "94 00 07 CALL 93 81 CRED 64 COUNT 91 03", Expect.Answer("94 01 07 c0 93 00 01 02"), "ended in its first batch"),
        new("X28b", "94 00 07 CALL 93 81 CRED 64 COUNT 91 00", Expect.Answer("94 01 07 c0 c0"), "of nothing"),
        new("X29", "94 00 07 CALL 93 81 CRED 64 DRIP 91 02", Ended("00 01"), "an item as soon as it is there"),
        new("X29b", "94 00 07 CALL 93 81 CRED 92 64 ce00010000 DRIP 91 02", Ended("00 01"), "credit for items and bytes"),
        new("X30", "94 00 07 CALL 93 81 CRED 02 DRIP 91 03", Stalled("00 01"), "credit for two items"),
        new("X30b", "94 00 07 CALL 93 81 CRED 02 DRIP 91 03 93 02 CREDIT 92 07 02", Ended("00 01 02"), "and for more"),
        new("X30c", "94 00 07 CALL 93 81 CRED 02 COUNT 91 03", Expect.Then(Expect.Answer("93 02 ITEM 92 07 92 00 01"), Stalled("")),
            "items that are there at once are one message"),
        new("X31", "94 00 07 CALL 93 81 CRED 92 c0 08 COUNT 91 14", Expect.Then(Expect.Answer("93 02 ITEM 92 07 98 00 01 02 03 04 05 06 07"), Stalled("")),
            "credit for eight bytes"),
        new("X32", "94 00 07 CALL 93 81 CRED 92 c0 01 BULK 91 02", Stalled("c6 00100000 00*1048576"), "the last item may overdraw"),
        new("X32b", "94 00 07 CALL 93 81 CRED 92 c0 01 BULK 91 02 93 02 CREDIT 93 07 c0 ce00100004", Stalled("c6 00100000 00*1048576"),
            "until the debt is paid"),
        new("X32c", "94 00 07 CALL 93 81 CRED 92 c0 01 BULK 91 02 93 02 CREDIT 93 07 c0 ce00100005", Stalled("c6 00100000 00*1048576 c6 00100000 00*1048576"),
            "and then the next"),
        new("X33", "94 00 07 CALL 93 81 CRED 01 DRIP 91 01", Stalled("00"), "not asked for the next item, so that its end is not known"),
        new("X33b", "94 00 07 CALL 93 81 CRED 01 DRIP 91 01 93 02 CREDIT 92 07 01", Ended("00"), "until there is credit"),
        new("X34", "94 00 07 CALL 93 81 CRED 64 BREAK 90", Expect.Answer("93 02 ITEM 92 07 92 00 01", "94 01 07 a4 \"boom\" c0"), "an error in the middle"),
        new("X35", "94 00 07 BREAK 90", Expect.Answer("94 01 07 a4 \"boom\" c0"), "no half array"),
        new("X36", "94 00 07 CALL 93 81 CRED 64 DRIP 91 ff 93 02 CANCEL 91 07", Failed(null, "cancelled: "), "an endless one"),
        new("X37", "94 00 07 CALL 93 81 CRED 64 COUNT 91 03 93 02 CREDIT 92 07 64 93 02 CREDIT 92 63 64 94 00 01 SUM 93 02 CREDIT 92 01 64",
            Expect.AnyOrder("94 01 07 c0 93 00 01 02", "94 01 01 c0 03"), "credit after the end, and for what is no stream"),
        new("X38", "94 00 07 CALL 93 81 CRED 02 DRIP 91 03 93 02 CREDIT 92 07 00 93 02 CREDIT 92 07 ff 93 02 CREDIT 92 07 a1 \"x\"", Stalled("00 01"),
            "credit of nothing, or of less, or no number"),
        new("X38b", "94 00 07 CALL 93 81 CRED 02 DRIP 91 03 93 02 CREDIT 90 93 02 CREDIT 91 07 93 02 CREDIT 07 93 02 CREDIT 94 07 01 01 01", Stalled("00 01"),
            "malformed"),
        new("X38c", "94 00 07 CALL 93 81 CRED ff COUNT 91 03", Expect.ErrorText(7, "", "'credit'"), "less than nothing"),
        new("X39", "94 00 07 CALL 93 81 CRED 00 COUNT 91 03 93 02 CREDIT 92 07 cf ffffffffffffffff 93 02 CREDIT 92 07 cf ffffffffffffffff",
            Ended("00 01 02"), "more than can be counted"),
        new(
            "X39b",
            "94 00 07 CALL 93 81 CRED 92 cf ffffffffffffffff cf ffffffffffffffff COUNT 91 03 93 02 CREDIT 93 07 cf 7fffffffffffffff cf 7fffffffffffffff",
            Ended("00 01 02"), "nor does it overflow"),
        new("X40", "94 00 07 COUNT 91 ce00989680", Expect.ErrorText(7, "too_large: ", "10,000"), "an array is bounded"),
        new("X42", "94 00 07 CALL 93 81 CRED 64 ODD 90",
            Expect.Then(Expect.Answer("93 02 ITEM 92 07 91 00"), Expect.Error(7)), "an item that cannot be written"),
        new("X43", Calls(101), Expect.ErrorText(200, "busy: ", "100"), "one stream too many"),
        new("X44", $"94 00 07 CALL 93 81 CRED 02 COUNT 91 03 {Repeated("94 00 01 SUM", 1000)}",
            Expect.AnyOrder(["93 02 ITEM 92 07 92 00 01", .. Enumerable.Repeat("94 01 01 c0 03", 1000)]), "a stream that is not read holds up nothing else"),
        new("X45", "94 00 07 CALL 93 81 CRED 64 SUM", Expect.Answer("94 01 07 c0 03"), "credit, where nothing is streamed"),

        // Params
        new("X46", "94 00 08 TOTAL 91 93 01 02 03", Expect.Answer("94 01 08 c0 06"), "the plain form"),
        new("X46b", "94 00 08 TOTAL 91 c0", Expect.Answer("94 01 08 c0 00"), "nil is a stream of nothing"),
        new("X46c", "94 00 08 TOTAL 91 dd00000003 01 02 03", Expect.Answer("94 01 08 c0 06"), "a wide header"),
        new("X46d", "94 00 08 TOTAL 91 92 01 a1 \"x\"", Expect.ErrorText(8, "", "Item 2", "'values'", "int"), "an item of another type"),
        new("X47", "HI 94 00 08 TOTAL 91 ff 93 02 ITEM 92 ff 93 01 02 03 93 02 END 91 ff", After(Expect.Answer("94 01 08 c0 06")), "fed"),
        new("X47b", "HI 94 00 08 TOTAL 91 ff 93 02 END 91 ff", After(Expect.Answer("94 01 08 c0 00")), "nothing is fed"),
        new("X47c", "HI 94 00 08 TOTAL 91 d3 8000000000000000 93 02 ITEM 92 d3 8000000000000000 91 05 93 02 END 91 d3 8000000000000000",
            After(Expect.Answer("94 01 08 c0 05")), "the lowest number there is"),
        new("X47d", "HI 94 00 08 TOTAL 91 ff 93 02 ITEM 92 ff 91 01 93 02 END 91 ff 93 02 ITEM 92 ff 91 01 93 02 END 91 ff",
            After(Expect.Answer("94 01 08 c0 01")), "what comes behind the end"),
        new("X48", "94 00 08 TOTAL 91 ff", Expect.Answer("93 02 CREDIT 93 ff 40 cd4000"), "without a hello there is credit when somebody reads"),
        new("X49", $"HI 94 00 08 HOARD 91 ff 93 02 ITEM 92 ff {Many} 93 02 ITEM 92 ff 91 01", After(Expect.Close()), "beyond its credit"),
        new("X49b", $"HI 94 00 08 HOARD 91 ff 93 02 ITEM 92 ff {Many}", After(Stalled("")), "all of its credit"),
        new("X50", "HI 94 00 08 TOTAL 91 ff 93 02 END 92 ff a4 \"boom\"", After(Expect.Error(8)), "its source has failed"),
        new("X51", "HI 94 00 08 TOTAL 91 ff 93 02 ITEM 92 ff 91 a1 \"x\"",
            After(Expect.Answer("93 02 CANCEL 91 ff"), Expect.ErrorText(8, "", "Item 1", "'values'", "int")), "an item of another type"),
        new("X53", "HI 94 00 08 FIRST 91 ff 93 02 ITEM 92 ff 91 05 93 02 ITEM 92 ff 91 06", After(Expect.Answer("93 02 CANCEL 91 ff", "94 01 08 c0 05")),
            "a method that wants no more; X52: what comes all the same is dropped"),
        new("X54", "93 02 TOTAL 91 ff", Expect.Nothing(), "only an answer ends a stream"),
        new("X55", "HI 94 00 08 HOARD 91 ff 94 00 09 TOTAL 91 ff", After(Expect.ErrorText(9, "", "stream -1")), "a number that is in use"),
        new("X56", "94 00 08 TOTAL 91 07", Expect.ErrorText(8, "", "'values'", "negative"), "neither an array nor a stream's number"),
        new("X56b", "94 00 08 TOTAL 91 a1 \"x\"", Expect.ErrorText(8, "", "'values'"), "nor a text"),
        new("X57", "HI 93 02 ITEM 92 fe 91 01 93 02 ITEM 92 ff 90 93 02 ITEM 92 07 91 01 93 02 END 91 fe 93 02 CANCEL 91 fe", After(Expect.Nothing()),
            "nobody's"),
        new("X57b", "HI 93 02 ITEM 90 93 02 ITEM 91 ff 93 02 ITEM 92 ff 01 93 02 ITEM ff 93 02 END 90 93 02 END ff 93 02 END 91 c0", After(Expect.Nothing()),
            "malformed"),
        new("X58", "HI 94 00 08 CALL 93 81 CRED 64 PIPE 91 ff 93 02 ITEM 92 ff 91 01", After(Stalled("02", 8)), "both ways at once"),
        new("X58b", "HI 94 00 08 CALL 93 81 CRED 64 PIPE 91 ff 93 02 ITEM 92 ff 91 01 93 02 END 91 ff", After(Ended("02", 8)), "to the end"),
        new("X58c", "94 00 08 PIPE 91 92 01 02", Expect.Answer("94 01 08 c0 92 02 04"), "of a plain peer"),
        new("X60", "94 00 08 TOTAL 91 ff", Expect.Then(Expect.Answer("93 02 CREDIT 93 ff 40 cd4000"), Expect.ErrorThenFin(8)),
            "what is fed has not come whole") { Fin = true },

        // Where there are none
        new("X65", "94 00 07 CALL 93 81 CRED 64 DRIP 91 02", Expect.Answer("94 01 07 c0 92 00 01"), "the old specification") { Profile = Profile.OldSpec },
        new("X65b", "94 00 07 CALL 93 81 CRED 64 DRIP 91 02", Expect.Answer("94 01 07 c0 92 00 01"), "answers in order") { Profile = Profile.InOrder },
        new("X65c", "94 00 08 TOTAL 91 ff", Expect.Error(8), "nor are params fed") { Profile = Profile.InOrder },
        new("X65d", "94 00 08 TOTAL 91 ff", Expect.Error(8), "without extensions") { Profile = Profile.NoExtensions },
        new("X65e", "94 00 07 COUNT 91 03", Expect.Answer("94 01 07 c0 93 00 01 02"), "without extensions") { Profile = Profile.NoExtensions },

        // Requests that wait for a place
        new("X66", "HI 94 00 05 WAIT 90 94 00 08 TOTAL 91 ff 93 02 ITEM 92 ff 92 01 02 93 02 END 91 ff 93 02 CANCEL 91 05",
            After(Expect.ErrorText(5, "cancelled: "), Expect.Answer("94 01 08 c0 03")), "items overtake their request") { Profile = Profile.OnePlace },
        new("X66b", "HI 94 00 05 WAIT 90 94 00 08 TOTAL 91 ff 93 02 ITEM 92 ff 92 01 02 93 02 CANCEL 91 08 93 02 CANCEL 91 05",
            After(Expect.ErrorText(8, "cancelled: "), Expect.ErrorText(5, "cancelled: ")), "which never runs") { Profile = Profile.OnePlace },
    ];

    private static Expectation After(params Expectation[] parts) => Expect.Then([s_hello, .. parts]);

    private static StreamAnswer Ended(string items, uint number = 7) => new StreamAnswer(number, items, new StreamEnd(null));

    private static StreamAnswer Failed(string? items, string error) => new StreamAnswer(7, items, new StreamEnd(error));

    private static StreamAnswer Stalled(string items, uint number = 7) => new StreamAnswer(number, items, null);

    private static string Repeated(string vector, int times) => string.Join(' ', Enumerable.Repeat(vector, times));

    // Without credit none begins, and none ends.
    private static string Calls(int count)
        => string.Join(' ', Enumerable.Range(100, count).Select(id => $"94 00 {(id < 128 ? "" : "cc")}{id:x2} CALL 93 81 CRED 00 DRIP 91 02"));
}
