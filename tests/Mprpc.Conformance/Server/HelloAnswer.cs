using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>The answer to <c>$/hello</c>: this version, and a map of whatever the server takes.</summary>
internal sealed record HelloAnswer(uint MessageId, uint Version) : Expectation($"[1, {MessageId}, nil, [{Version}, a map]], open")
{
    public override async Task<string?> VerifyAsync(WireSocket socket)
    {
        WireValue? answer = await socket.ReadAsync(AnswerWithin);
        bool asExpected = answer is { Kind: WireKind.Array, Items: [{ Number: var type }, var id, { Kind: WireKind.Nil }, { Items: [var version,
            { Kind: WireKind.Map }] }] }
            && type == 1
            && id.Number == MessageId
            && version.Number == Version;
        return asExpected ? null : answer?.ToString() ?? "close";
    }
}
