using Mprpc.Conformance.Wire;

namespace Mprpc.Conformance.Server;

/// <summary>Any one of these messages: encodings that mean the same to every peer of the profile.</summary>
internal sealed record OneOfAnswers(params string[] Messages) : Expectation(string.Join(" or ", Messages.Select(m => Hex.Print(Hex.Parse(m)))))
{
    public override async Task<string?> VerifyAsync(WireSocket socket)
    {
        WireValue? answer = await socket.ReadAsync(AnswerWithin);
        return answer is not null && Messages.Any(message => Hex.Parse(message).AsSpan().SequenceEqual(answer.Encoded)) ? null : answer?.ToString() ?? "close";
    }
}
