using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>A response that carries a text as its error, never an empty one: four clients take that for success.</summary>
internal sealed record ErrorAnswer(uint MessageId) : Expectation($"[1, {MessageId}, a text that is not empty, nil], open")
{
    public override async Task<string?> VerifyAsync(WireSocket socket)
    {
        WireValue? answer = await socket.ReadAsync(AnswerWithin);
        bool asExpected = answer is
        {
            Kind: WireKind.Array,
            Items: [{ Number: var type }, { Kind: WireKind.Number } id, { Kind: WireKind.Text } error, { Kind: WireKind.Nil }],
        }
            && type == 1
            && id.Number == MessageId
            && error.Payload.Length > 0;
        return asExpected ? null : answer?.ToString() ?? "close";
    }
}
