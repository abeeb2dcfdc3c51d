using static Mprpc.Conformance.Client.ClientOutcomeKind;

namespace Mprpc.Conformance.Client;

/// <summary>The C table. The script's words are those of <see cref="ClientCaseServer"/>.</summary>
internal static class ClientCases
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);
    private static readonly ClientCall Three = new(Result) { Value = "03" };
    private static readonly ClientCall Lost = new(ConnectionLost);
    private static readonly ClientCall Broken = new(ConnectionLost, ProtocolBroken);
    private static readonly ClientProfile Serial = new() { MaxInFlightPerConnection = 1 };
    private static readonly ClientProfile Impatient = new() { CallTimeout = TimeSpan.FromMilliseconds(500) };
    private static readonly string FortyMs = new('m', 40);
    private static readonly string FortyAs = new('a', 40);

    public static IReadOnlyList<ClientCase> All { get; } =
    [
        // What an answer means.
        Answered("C1", "94 01 {i} c0 03", Three, "the specification's plain answer"),
        Answered("C2", "94 01 {i} a0 c0", new(RemoteError), "java sends \"\" as an error"),
        Answered("C3", "94 01 {i} 01 c0", new(RemoteError) { Code = "1" }, "jubatus' errors are integers"),
        Answered("C4", "94 01 {i} c2 c0", new(RemoteError), "false is not nil"),
        Answered("C5", "94 01 {i} 92 00 a3 \"msg\" c0", new(RemoteError) { Message = "msg" }, "neovim's pair"),
        Answered("C6", "94 01 {i} 81 a4 \"code\" 07 c0", new(RemoteError) { Data = "81 a4 \"code\" 07" }, "an error may be any object"),
        Answered(
            "C7",
            "94 01 {i} ab \"RemoteError\" 91 a4 \"boom\"",
            new(RemoteError) { Message = "boom", Code = "RemoteError" },
            "java's message is in the result"),
        Answered("C12", "94 cc01 {id32} c0 cc03", Three, "wide encodings"),
        Answered("C13", "dc0004 01 {i} c0 03", Three, "a wide header"),
        Answered("C21", "94 01 {i} c0 a3 ff0080", new(Result) { Value = "a3 ff0080" }, "a str that is no UTF-8"),
        Answered("C22", "94 01 {i} c0 cfffffffffffffffff", new(Result) { Value = "cfffffffffffffffff" }, "the largest integer there is"),

        // What a client must live with.
        Answered("C8", "94 01 {other} c0 07 94 01 {i} c0 03", Three, "an answer that nobody waits for"),
        Answered("C9", "94 01 ff b0 \"Invalid\" 20 \"protocol\" c0 94 01 {i} c0 03", Three, "mprpc's answer to what it cannot read"),
        Answered("C9b", "94 01 cfffffffffffffffff b0 \"Invalid\" 20 \"protocol\" c0 94 01 {i} c0 03", Three, "the same from a peer that counts without sign"),
        Answered("C10", "93 02 a4 \"ping\" 90 94 01 {i} c0 03", Three, "neovim's events"),
        new("C11", ["accept", "read", "send 94 00 05 a4 \"ping\" 90", "response 05", "send 94 01 {i} c0 03"], [[Three]], "neovim calls back"),
        new("C17", ["accept", "read", "send 94 01 {i} c0 03 94 01 {i} c0 07", "read", "send 94 01 {i} c0 04"], [[Three], [new(Result) { Value = "04" }]],
            "the second of two answers is nobody's"),
        new("C18", ["accept", "read", "read", "read", "send 94 01 {i3} c0 {p3} 94 01 {i2} c0 {p2} 94 01 {i1} c0 {p1}"], [[Echo(1), Echo(2), Echo(3)]],
            "neovim answers in the reverse order"),

        // Endings.
        new("C14", ["accept", "read", "fin"], [[Lost]], "FIN without an answer") { WaveWithin = AtOnce },
        new("C15", ["accept", "read", "send 94 01 {i}", "fin"], [[Lost]], "FIN in the middle of an answer") { WaveWithin = AtOnce },
        new("C16", ["accept", "read", "send 94 01 {i} c0 03", "fin", "accept", "read", "send 94 01 {i} c0 03"], [[Three], [Three]],
            "PHP's server closes after each answer") { Rest = TimeSpan.FromMilliseconds(100) },
        new("C24", ["accept", "read", "read", "send c1", "closed"], [[Broken, Broken]], "what follows cannot be read") { WaveWithin = AtOnce },

        // One request at a time, for servers that take one message a recv.
        new("C19", ["accept", "read", "silence 100", "send 94 01 {i} c0 03", "read", "silence 100", "send 94 01 {i} c0 03", "read", "send 94 01 {i} c0 03"],
            [[Three, Three, Three]], "mprpc's server loses what it gets with another request") { Profile = Serial },
        new("C20", ["accept", "read", "delay 2250", "send 94 01 {i1} c0 07", "read", "send 94 01 {i2} c0 03"], [[new(TimedOut)], [Three]],
            "an answer after its timeout is nobody's") { Profile = Impatient with { CallTimeout = TimeSpan.FromMilliseconds(1500) } },
        new("C20b", ["accept", "read", "closed", "accept", "read", "send 94 01 {i} c0 03"], [[new(TimedOut)], [Three]],
            "a serial server may still be at it: the connection is dropped") { Profile = Impatient with { MaxInFlightPerConnection = 1 } },

        // What a client sends.
        new("C23", ["accept", "read", "id 00", "read", "id ce7fffffff", "read", "id 01", "send 94 01 {i3} c0 03 94 01 {i2} c0 03 94 01 {i1} c0 03"],
            [[Three with { MessageId = 0 }, Three with { MessageId = int.MaxValue }, Three]], "after the last msgid comes 0, unless it is in use"),
        new("C25", ["accept", "read", "was 94 00 {i} da0028 6d*40 91 da0028 61*40", "send 94 01 {i} c0 03"],
            [[Three with { Method = FortyMs, Arguments = [FortyAs] }]], "old servers know no str8") { Profile = new() { OldSpec = true } },
    ];

    private static ClientCase Answered(string id, string answer, ClientCall call, string why)
        => new(id, ["accept", "read", $"send {answer}"], [[call]], why);

    private static ClientCall Echo(int value)
        => new(Result) { Method = "echo", Arguments = [value], Value = value.ToString("x2", System.Globalization.CultureInfo.InvariantCulture) };
}
