using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>Two responses with a text as error, the same byte for byte.</summary>
internal sealed record SameErrors(uint MessageId) : Expectation($"twice the same [1, {MessageId}, a text that is not empty, nil], open")
{
    public override async Task<string?> VerifyAsync(WireSocket socket)
    {
        WireValue? first = await socket.ReadAsync(AnswerWithin);
        WireValue? second = await socket.ReadAsync(AnswerWithin);
        bool asExpected = first is { Items: [_, var id, { Kind: WireKind.Text } error, _] }
            && id.Number == MessageId
            && error.Payload.Length > 0
            && second is not null
            && first.Encoded.AsSpan().SequenceEqual(second.Encoded);
        return asExpected ? null : $"{first?.ToString() ?? "close"}, {second?.ToString() ?? "close"}";
    }
}
