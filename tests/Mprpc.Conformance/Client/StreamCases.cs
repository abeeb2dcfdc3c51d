using static Mprpc.Conformance.Client.ClientOutcomeKind;

namespace Mprpc.Conformance.Client;

/// <summary>The K table of streams: what a server does to a client that reads, or feeds, one (docs/protocol.md 10.13).</summary>
internal static class StreamCases
{
    // What a call of a stream looks like: credit for any number of items, and 64 KiB.
    private const string AskedForStream = "was 94 00 {i} CALL 93 81 CRED 92 c0 ce00010000 COUNT 90";
    private const string AskedForFeed = "was 94 00 {i} TOTAL 91 d2ffffffff";

    private static readonly ClientProfile s_extended = new() { Extensions = true };
    private static readonly string[] s_greet = ["accept", "read", "send 94 01 {i} c0 92 01 OFFER", "read"];
    private static readonly string[] s_refuse = ["accept", "read", "send 94 01 {i} a2 \"no\" c0", "read"];
    private static readonly ClientCall s_all = Stream(Result, "93 00 01 02");
    private static readonly ClientCall s_three = new(Result) { Value = "03" };
    private static readonly ClientCall s_feed = new(Result) { Method = "total", Feeds = [1, 2, 3], Value = "06" };

    public static IReadOnlyList<ClientCase> All { get; } =
    [
        // Results
        Case("K1", s_refuse, ["was 94 00 {i} COUNT 90", "send 94 01 {i} c0 93 00 01 02"], "a server that has no streams", s_all),
        Case("K1b", s_greet, [AskedForStream, "send 94 01 {i} c0 93 00 01 02"], "all in the answer", s_all),
        Case("K1c", s_greet, [AskedForStream, "send 94 01 {i} c0 c0"], "of nothing", Stream(Result, "90")),
        Case("K2", s_greet, ["send 93 02 ITEM 92 {i} 92 00 01 94 01 {i} c0 91 02"], "the last items in the answer", s_all),
        Case("K2b", s_greet, ["send 93 02 ITEM 92 {i} 91 00 93 02 ITEM 92 {i} 90 93 02 ITEM 92 {i} dd00000002 01 02 94 01 {i} c0 c0"], "one by one", s_all),
        Case("K3", s_greet, ["send 93 02 ITEM 92 {i} 91 00 94 01 {i} a4 \"boom\" c0"], "an error behind items",
            Stream(RemoteError, "91 00") with { Message = "boom" }),
        Case("K3b", s_greet, ["send 93 02 ITEM 92 {i} 91 00", "fin"], "half a stream is none", Stream(ConnectionLost, "91 00")),
        Case("K4", s_greet, ["send 94 01 {i} c0 93 00 01 02 93 02 ITEM 92 {i} 91 03 93 02 ITEM 92 {other} 91 03", "read", "send 94 01 {i} c0 03"],
            "behind the answer; of nobody", [s_all], [s_three]),
        Case("K5", s_greet, ["send 93 02 ITEM 92 {i} 91 c5 7ffd 00*32765", "notice 93 02 CREDIT 93 {i} c0 cd8000", "send 94 01 {i} c0 c0"],
            "half a window has been taken", Stream(Result, "91 c5 7ffd 00*32765")),
        Case("K6", s_greet,
            ["send 93 02 ITEM 92 {i} 92 00 01", "notice 93 02 CANCEL 91 {i}", "send 93 02 ITEM 92 {i} 91 02 94 01 {i} c0 c0", "read", "send 94 01 {i} c0 03"],
            "it stops early", [Stream(Result, "91 00") with { Take = 1 }], [s_three]),
        Case("K6b", s_greet, ["send 94 01 {i} c0 93 00 01 02", "silence 50"], "it stops early in what is whole", Stream(Result, "91 00") with { Take = 1 }),

        // Params
        Case("K10", s_greet, [AskedForFeed, "notice 93 02 ITEM 92 ff 93 01 02 03", "send 94 01 {i} c0 06", "silence 50"], "answered while it is fed",
            s_feed with { FeedIsEndless = true }),
        Case("K10b", s_greet, [AskedForFeed, "notice 93 02 ITEM 92 ff 93 01 02 03", "send 93 02 CANCEL 91 ff", "silence 50", "send 94 01 {i} c0 06"],
            "not wanted any more", s_feed with { FeedIsEndless = true }),
        Case("K10c", s_greet, [AskedForFeed, "notice 93 02 ITEM 92 ff 93 01 02 03", "fin"], "the connection is lost",
            s_feed with { FeedIsEndless = true, EndsWith = [ConnectionLost], Value = null }),
        Case("K14", s_greet, [AskedForFeed, "notice 93 02 ITEM 92 ff 93 01 02 03", "notice 93 02 END 91 ff", "send 94 01 {i} c0 06"], "fed to the end", s_feed),
        Case("K14b", s_greet, [AskedForFeed, "notice 93 02 END 91 ff", "send 94 01 {i} c0 00"], "nothing", s_feed with { Feeds = [], Value = "00" }),
        Case("K15", s_refuse, ["was 94 00 {i} TOTAL 91 93 01 02 03", "send 94 01 {i} c0 06"], "a server that has no streams gets an array", s_feed),
        Case("K16", ["accept", "read", "send 94 01 {i} c0 92 01 82 a7 \"streams\" 01 a4 \"feed\" 92 02 40", "read"],
            [AskedForFeed, "notice 93 02 ITEM 92 ff 92 01 02", "silence 50", "send 93 02 CREDIT 92 ff 01", "notice 93 02 ITEM 92 ff 91 03", "silence 50",
                "send 93 02 CREDIT 92 ff 01", "notice 93 02 END 91 ff", "send 94 01 {i} c0 06"],
            "credit for two items, and then for one more", s_feed),
    ];

    private static ClientCall Stream(ClientOutcomeKind ends, string items) => new(ends) { Method = "count", Arguments = [], IsStream = true, Value = items };

    private static ClientCase Case(string id, string[] greeting, string[] script, string why, params ClientCall[][] waves)
        => new(id, [.. greeting, .. script], waves, why) { Profile = s_extended };

    private static ClientCase Case(string id, string[] greeting, string[] script, string why, ClientCall call) => Case(id, greeting, script, why, [[call]]);
}
