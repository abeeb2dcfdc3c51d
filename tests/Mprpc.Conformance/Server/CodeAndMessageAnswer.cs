using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>The ruby and java shape: the error is this code, the result an array of one text.</summary>
internal sealed record CodeAndMessageAnswer(uint MessageId, string Code) : Expectation($"[1, {MessageId}, \"{Code}\", [a text]], open")
{
    public override async Task<string?> VerifyAsync(WireSocket socket)
    {
        WireValue? answer = await socket.ReadAsync(AnswerWithin);
        bool asExpected = answer is
        {
            Kind: WireKind.Array,
            Items: [{ Number: var type }, var id, { Kind: WireKind.Text } error, { Items: [{ Kind: WireKind.Text }] }],
        }
            && type == 1
            && id.Number == MessageId
            && error.Text == Code;
        return asExpected ? null : answer?.ToString() ?? "close";
    }
}
