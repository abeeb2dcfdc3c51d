using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>A response whose error is a text that begins with the first part and contains the others.</summary>
internal sealed record ErrorText(uint MessageId, params string[] Parts)
    : Expectation($"[1, {MessageId}, a text that begins with \"{Parts[0]}\"{string.Concat(Parts.Skip(1).Select(part => $" and has \"{part}\""))}, nil], open")
{
    public override async Task<string?> VerifyAsync(WireSocket socket)
    {
        WireValue? answer = await socket.ReadAsync(AnswerWithin);
        bool asExpected = answer is { Kind: WireKind.Array, Items: [{ Number: var type }, { Kind: WireKind.Number } id, { Kind: WireKind.Text } error,
            { Kind: WireKind.Nil }] }
            && type == 1
            && id.Number == MessageId
            && error.Text.StartsWith(Parts[0], StringComparison.Ordinal)
            && Parts.All(part => error.Text.Contains(part, StringComparison.Ordinal));
        return asExpected ? null : answer?.ToString() ?? "close";
    }
}
